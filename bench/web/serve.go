package main

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// serveThumbnails serves the thumbnails stored in dir. It has no originals.
func serveThumbnails(dir string) error {
	signer, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		return err
	}
	store, err := storage.OpenDir(dir)
	if err != nil {
		return err
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: storage.NewMemory(), Storage: store, Signer: signer})
	if err != nil {
		return err
	}
	return listen(h)
}

// listen mounts h on a free port, and prints its address.
func listen(h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/\n", l.Addr())
	mux := http.NewServeMux()
	mux.Handle("/thumbs/", http.StripPrefix("/thumbs", h))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	return server.Serve(l)
}
