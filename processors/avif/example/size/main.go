// Command size is the smallest program that makes thumbnails; with -tags webp or avif, one that
// writes these formats too. Its benchmark builds it to see what each of them adds.
package main

import (
	"log"
	"net/http"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

var (
	encoders = thumbnail.Encoders{}
	formats  []processors.Format
)

func main() {
	dir, err := storage.OpenDir(".")
	if err != nil {
		log.Fatal(err)
	}
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	if err != nil {
		log.Fatal(err)
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{Source: dir, Storage: storage.NewMemory(), Signer: signer, Encoders: encoders, Formats: formats})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", handler))
}
