module github.com/rest-thumbnails/thumbnail/processors/avif

go 1.26.4

require (
	github.com/gen2brain/avif v0.6.0
	github.com/stretchr/testify v1.12.1
	github.com/tetratelabs/wazero v1.12.0
)

require (
	github.com/ebitengine/purego v0.10.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.44.0 // indirect
)
