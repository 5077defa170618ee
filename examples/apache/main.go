// Command apache runs the gallery of cmd/thumbnail behind Apache, with the configuration of this
// folder:
//
//	go run ./examples/apache
//
// Copy site.conf to your server. apache2.conf is the rest of the configuration of this example.
package main

import (
	_ "embed"

	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
)

//go:embed site.conf
var site string

//go:embed apache2.conf
var around string

var apache = front.Kind{
	Name:     "Apache",
	Program:  "apache2",
	Install:  "apt install apache2 libapache2-mod-xsendfile",
	Site:     site,
	Main:     around,
	Listen:   [2]string{"<VirtualHost *:80>", "<VirtualHost %s>"},
	Args:     func(file, _ string) []string { return []string{"-f", file, "-DFOREGROUND"} },
	Response: "apache",
}

func main() { front.Main(apache) }
