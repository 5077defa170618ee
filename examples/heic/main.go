// Command heic serves thumbnails of the pictures in a directory, including HEIC:
//
//	go run . -photos ~/Pictures -picture IMG_0001.HEIC
//
// prints a link to a thumbnail of that picture, and serves it. It is a separate module because of the decoder.
// Read README.md before you use the decoder.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func main() {
	photos := flag.String("photos", ".", "directory of the originals")
	picture := flag.String("picture", "photo.heic", "the original that a link is printed for")
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()

	handler, link, err := prepare(*photos, *picture)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s%s\n", *addr, link)
	log.Fatal(http.ListenAndServe(*addr, handler))
}

// prepare returns the handler, and the path of a thumbnail.
func prepare(photos, picture string) (http.Handler, string, error) {
	source, err := storage.OpenDir(photos)
	if err != nil {
		return nil, "", err
	}
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	if err != nil {
		return nil, "", err
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source:  source,
		Storage: storage.NewMemory(),
		Signer:  signer,
		Formats: []processors.Format{Format},
	})
	if err != nil {
		return nil, "", err
	}
	link, err := thumbnail.URL("/thumbs/", signer, thumbnail.Spec{
		Source: picture, Size: thumbnail.Size{Width: 200}, Method: "scale", Ext: ".jpg",
	})
	return http.StripPrefix("/thumbs/", handler), link, err
}
