// Command components prints a picture without html/template: with a component of templ, with one of gomponents,
// and as JSON for a program in the browser. All three are made from a [thumbnail.Image].
//
//	go run . -key "a secret of at least 16 bytes" animals/kitten.jpg
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/rest-thumbnails/thumbnail"
)

//go:generate go tool templ generate

func main() {
	key := flag.String("key", "a secret of at least 16 bytes", "secret key of the thumbnails' URLs")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("components: name one original, such as animals/kitten.jpg")
	}
	if err := write(os.Stdout, *key, flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

// write writes the picture in all three ways.
func write(w io.Writer, key, photo string) error {
	signer, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		return err
	}
	links := thumbnail.Links{Base: "/thumbs/", Signer: signer, Presets: thumbnail.Presets{
		"card": {Size: thumbnail.Size{Width: 400, Height: 300}, Formats: []string{".png"}, Densities: []float64{1, 2}},
	}}
	img, err := links.Image(photo, "card")
	if err != nil {
		return err
	}
	if err := templPicture(img, "A kitten").Render(context.Background(), w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if err := gomponentsPicture(img, "A kitten").Render(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return json.NewEncoder(w).Encode(img)
}
