// Command nginx runs the gallery of cmd/thumbnail behind nginx, with the configuration of this
// folder:
//
//	go run ./examples/nginx
//
// Copy site.conf to your server. nginx.conf is the rest of the configuration of this example.
package main

import (
	_ "embed"

	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
)

//go:embed site.conf
var site string

//go:embed nginx.conf
var around string

var nginx = front.Kind{
	Name:     "nginx",
	Program:  "nginx",
	Install:  "apt install nginx",
	Site:     site,
	Main:     around,
	Listen:   [2]string{"listen 80;", "listen %s;"},
	Args:     front.NginxArgs,
	Response: "nginx",
}

func main() { front.Main(nginx) }
