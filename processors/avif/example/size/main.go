// Command size is the smallest program that makes thumbnails. With -tags webp or avif it also writes these
// formats. A benchmark builds it, to measure how much each format adds to the size of a program.
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
