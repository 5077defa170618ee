// Command caddy runs the gallery of cmd/thumbnail behind Caddy, with the configuration of this
// folder:
//
//	go run ./examples/caddy
//
// Copy Caddyfile to your server. global.caddyfile is the rest of the configuration of this example.
package main

import (
	_ "embed"

	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
)

//go:embed Caddyfile
var site string

//go:embed global.caddyfile
var around string

var caddy = front.Kind{
	Name:     "Caddy",
	Program:  "caddy",
	Install:  "apt install caddy",
	Site:     site,
	Main:     around,
	Listen:   [2]string{"http://localhost:80 {", "http://%s {"},
	Args:     func(file, _ string) []string { return []string{"run", "--config", file, "--adapter", "caddyfile"} },
	Response: "nginx", // X-Accel-Redirect
}

func main() { front.Main(caddy) }
