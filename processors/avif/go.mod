module github.com/rest-thumbnails/thumbnail/processors/avif

go 1.26.0

require (
	github.com/gen2brain/avif v0.6.0
	github.com/rest-thumbnails/thumbnail v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/ebitengine/purego v0.10.1 // indirect
	github.com/gofrs/flock v0.13.1 // indirect
	github.com/tetratelabs/wazero v1.12.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/rest-thumbnails/thumbnail => ../..
