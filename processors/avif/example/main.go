// Command example serves thumbnails of the pictures in a directory, including AVIF. The thumbnails are AVIF or
// of another format:
//
//	go run . -photos ~/Pictures -picture holiday/beach.avif
//
// prints a link to an AVIF thumbnail of that picture, and serves it. It is a separate module, because it needs
// both this module and the library's.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func main() {
	photos := flag.String("photos", ".", "directory of the originals")
	thumbs := flag.String("thumbs", os.TempDir()+"/avif-thumbs", "directory of the thumbnails")
	picture := flag.String("picture", "photo.avif", "the original that a link is printed for")
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()

	handler, link, err := prepare(*photos, *thumbs, *picture)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s%s\n", *addr, link)
	log.Fatal(http.ListenAndServe(*addr, handler))
}

// prepare returns the handler, and the path of a thumbnail.
func prepare(photos, thumbs, picture string) (http.Handler, string, error) {
	if err := os.MkdirAll(thumbs, 0o755); err != nil {
		return nil, "", err
	}
	source, err := storage.OpenDir(photos)
	if err != nil {
		return nil, "", err
	}
	store, err := storage.OpenDir(thumbs)
	if err != nil {
		return nil, "", err
	}
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	if err != nil {
		return nil, "", err
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source:   source,
		Storage:  store,
		Signer:   signer,
		Formats:  []processors.Format{avif.Format},
		Encoders: thumbnail.Encoders{".avif": avif.Encoder{Quality: 60}},
	})
	if err != nil {
		return nil, "", err
	}
	link, err := thumbnail.URL("/thumbs/", signer, thumbnail.Spec{
		Source: picture, Size: thumbnail.Size{Width: 320}, Method: "scale", Ext: ".avif",
	})
	return http.StripPrefix("/thumbs/", handler), link, err
}
