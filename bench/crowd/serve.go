package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"testing/fstest"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

const key = "a key of the measurement, long enough"

// serve serves thumbnails of one photo on a free port, and prints their base URL.
func serve(dir string) error {
	data, err := photo(4000, 3000)
	if err != nil {
		return err
	}
	signer, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		return err
	}
	store, err := storage.OpenDir(dir)
	if err != nil {
		return err
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: storage.FS(fstest.MapFS{"k.jpg": {Data: data}}), Storage: store, Signer: signer, Workers: runtime.NumCPU()})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/thumbs/\n", l.Addr())
	return http.Serve(l, http.StripPrefix("/thumbs/", h)) //nolint:gosec // without timeouts: all clients are on this machine
}

// photo returns a JPEG with some noise.
func photo(w, h int) ([]byte, error) {
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	random := rand.NewChaCha8([32]byte{})
	for _, plane := range [][]byte{img.Y, img.Cb, img.Cr} {
		_, _ = random.Read(plane)
		for i := range plane {
			plane[i] = 112 + plane[i]>>4 + byte(i/40_000)>>2
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85})
	return b.Bytes(), err
}
