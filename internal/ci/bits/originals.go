package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// scene returns a picture with gradients, edges and noise and, if alpha is true, with transparency.
func scene(size image.Point, seed uint64, alpha bool) *image.NRGBA {
	random := rand.New(rand.NewPCG(seed, 1))
	img := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			c := color.NRGBA{uint8(255 * x / size.X), uint8(255 * y / size.Y), uint8(255 * (x + y) / (size.X + size.Y)), 255}
			if (x/9+y/7)%5 == 0 {
				c.R, c.B = c.B, 255-c.R
			}
			if x > size.X/2 {
				c.G ^= uint8(random.IntN(32))
			}
			if alpha {
				c.A = uint8(255 * (x * y % 97) / 96)
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// writeOriginals writes files in every format and in many color spaces to a folder.
func writeOriginals(dir string) error {
	var failure error
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil && failure == nil {
			failure = err
		}
	}
	encoded := func(encode func(*bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := encode(&b); err != nil && failure == nil {
			failure = err
		}
		return b.Bytes()
	}
	for i, size := range []image.Point{{301, 203}, {64, 64}, {17, 130}} {
		opaque, clear := scene(size, uint64(i), false), scene(size, uint64(i), true)
		for _, space := range []specimen.Space{specimen.SRGB, specimen.DisplayP3, specimen.AdobeRGB, specimen.ProPhoto, specimen.Rec2020} {
			of := space.Of(opaque)
			write(fmt.Sprintf("%d-%s.jpg", i, space.Name), specimen.WithProfile(specimen.JPEG(of, 90), space.Profile()))
			write(fmt.Sprintf("%d-%s-orientation.jpg", i, space.Name), specimen.WithOrientation(specimen.WithProfile(specimen.JPEG(of, 50), space.Profile()), 6))
		}
		write(fmt.Sprintf("%d-linear.png", i), specimen.PNG(specimen.Linear.Of(opaque), 1))
		write(fmt.Sprintf("%d-gamma.png", i), specimen.PNG(opaque, 0.55))
		write(fmt.Sprintf("%d-cmyk.jpg", i), specimen.CMYKJPEG(opaque, 90))
		write(fmt.Sprintf("%d-alpha.png", i), encoded(func(b *bytes.Buffer) error { return png.Encode(b, clear) }))
		write(fmt.Sprintf("%d-alpha.webp", i), encoded(func(b *bytes.Buffer) error { return processors.WebP{}.Encode(b, clear) }))
		write(fmt.Sprintf("%d-lossless.webp", i), encoded(func(b *bytes.Buffer) error {
			return (processors.WebP{Lossless: processors.LosslessAlways}).Encode(b, clear)
		}))
		write(fmt.Sprintf("%d.gif", i), encoded(func(b *bytes.Buffer) error { return gif.Encode(b, opaque, nil) }))
		write(fmt.Sprintf("%d.bmp", i), encoded(func(b *bytes.Buffer) error { return bmp.Encode(b, opaque) }))
		write(fmt.Sprintf("%d.tif", i), encoded(func(b *bytes.Buffer) error { return tiff.Encode(b, clear, nil) }))
	}
	return failure
}
