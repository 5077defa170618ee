//go:build unix

package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// makeOriginals fills a directory with photos and with unusual pictures, and returns their names.
func makeOriginals(dir, corpus string) (photos, odd []string, err error) {
	if err := os.MkdirAll(filepath.Join(dir, "odd"), 0o755); err != nil {
		return nil, nil, err
	}
	random := rand.New(rand.NewPCG(7, 7))
	write := func(name string, data []byte) string {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), data, 0o644)
		}
		return name
	}
	for i := range 30 {
		img := noisy(random, 200+random.IntN(2600), 200+random.IntN(1800))
		var b bytes.Buffer
		ext := []string{"jpg", "jpg", "jpg", "png", "gif"}[i%5]
		switch ext {
		case "jpg":
			_ = jpeg.Encode(&b, img, nil)
		case "png":
			_ = png.Encode(&b, img)
		case "gif":
			_ = gif.Encode(&b, img.SubImage(image.Rect(0, 0, 200, 200)), nil)
		}
		photos = append(photos, write(fmt.Sprintf("photo-%d.%s", i, ext), b.Bytes()))
		odd = append(odd, write(fmt.Sprintf("odd/cut-%d.%s", i, ext), b.Bytes()[:random.IntN(b.Len())]))
		broken := bytes.Clone(b.Bytes())
		for range 20 {
			broken[random.IntN(len(broken))] = byte(random.Uint32())
		}
		odd = append(odd, write(fmt.Sprintf("odd/broken-%d.%s", i, ext), broken))
	}
	if err != nil {
		return nil, nil, err
	}
	err = filepath.WalkDir(corpus, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !storage.ValidKey("odd/"+e.Name()) {
			return nil // there may be no corpus
		}
		data, err := os.ReadFile(path)
		if err == nil && len(data) < 16<<20 {
			odd = append(odd, write("odd/"+e.Name(), data))
		}
		return err
	})
	return photos, odd, err
}

// noisy returns a picture of smooth shapes with some noise.
func noisy(random *rand.Rand, width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	a, b := 1+random.IntN(200), 1+random.IntN(200)
	for y := range height {
		for x := range width {
			n := random.IntN(16)
			img.SetRGBA(x, y, color.RGBA{uint8(x*255/width + n), uint8(y * 255 / height), uint8((x/a ^ y/b) * 40), 255})
		}
	}
	return img
}

// makeLarge makes pictures of 24 megapixels.
func makeLarge(dir string) (names []string, err error) {
	img := noisy(rand.New(rand.NewPCG(24, 24)), 6000, 4000)
	for name, encode := range map[string]func(io.Writer) error{
		"large.jpg":             func(w io.Writer) error { return jpeg.Encode(w, img, nil) },
		"large-progressive.jpg": func(w io.Writer) error { return processors.JPEG{Progressive: true}.Encode(w, img) },
		"large.png":             func(w io.Writer) error { return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, img) },
		"large.webp":            func(w io.Writer) error { return processors.WebP{}.Encode(w, img) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// copyCorpora copies all files below some directories, which may be missing, into one.
func copyCorpora(to string, from []string) (names []string, err error) {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return nil, err
	}
	for i, root := range from {
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			name := fmt.Sprintf("%d-%d-%s", i, len(names), filepath.Base(path))
			if err != nil || !e.Type().IsRegular() || !storage.ValidKey(name) {
				return nil // there may be no corpus
			}
			data, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(filepath.Join(to, name), data, 0o644)
			}
			names = append(names, name)
			return err
		})
	}
	return names, nil
}
