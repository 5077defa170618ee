// Command template renders pages, and makes no thumbnails. Another program, cmd/thumbnail, makes them. The
// two programs share only the key.
//
//	go run ./cmd/thumbnail -key "a key of both programs"
//	go run ./examples/template -key "a key of both programs" animals/dogs.jpg dandelion.jpg >page.html
//
// The arguments are sources. The environment may set the key (THUMBNAIL_KEY), and the address of the
// thumbnails (THUMBNAIL_BASE).
package main

import (
	"cmp"
	_ "embed"
	"flag"
	"fmt"
	"html/template"
	"io"
	"os"

	"github.com/rest-thumbnails/thumbnail"
)

//go:embed page.html
var page string

func main() {
	key := flag.String("key", os.Getenv("THUMBNAIL_KEY"), "secret key that the server has too, at least 16 bytes")
	base := flag.String("base", cmp.Or(os.Getenv("THUMBNAIL_BASE"), "http://127.0.0.1:8080/thumbs/"), "where the server has its thumbnails")
	flag.Parse()
	if err := render(os.Stdout, *key, *base, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "template:", err)
		os.Exit(1)
	}
}

// render writes the page with the photos. It accesses neither the handler nor the photos.
func render(w io.Writer, key, base string, photos []string) error {
	signer, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		return err
	}
	t, err := template.New("page").Funcs(thumbnail.FuncMap(base, signer)).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, map[string]any{"Photos": photos, "Avatar": "64x64"})
}
