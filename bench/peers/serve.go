package main

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strconv"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/httpsource"
)

const key = "a key of the comparison, long enough"

var signer = func() thumbnail.Signer {
	s, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		panic(err)
	}
	return s
}()

// serve serves thumbnails of the originals at origin, on a free port, and prints its URL.
func serve(origin, dir string) error {
	source, err := httpsource.New(httpsource.Config{Base: origin, AllowedPrefixes: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		return err
	}
	store, err := storage.OpenDir(dir)
	if err != nil {
		return err
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source: source, Storage: store, Signer: signer,
		Encoders: thumbnail.Encoders{".jpg": processors.JPEG{Quality: 85}, ".webp": processors.WebP{Quality: 80}},
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	return http.Serve(l, http.StripPrefix("/thumbs/", h)) //nolint:gosec // without timeouts: all clients are on this machine
}

// ownPath returns the path of a thumbnail. The number n is its version, so every number is a new thumbnail.
func ownPath(j job, original string, n int) string {
	link, err := thumbnail.URL("/thumbs/", signer, thumbnail.Spec{
		Source: path.Base(original), Size: thumbnail.Size{Width: j.width, Height: j.height}, Method: "crop", Ext: j.ext, Version: strconv.Itoa(n),
	})
	if err != nil {
		panic(err)
	}
	return link
}
