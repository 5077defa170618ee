package main

import (
	"bufio"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// picture is an input of the encoders: a photo as PPM, or another picture as PNG.
type picture struct {
	set, name string
	path      string
	size      image.Point
	seen      *picture // with which copies are compared; nil: with the picture itself

	load sync.Once
	img  image.Image
	err  error
}

// image returns the decoded picture: an *image.RGBA for a photo, else an *image.NRGBA.
func (p *picture) image() (image.Image, error) {
	p.load.Do(func() {
		var f *os.File
		if f, p.err = os.Open(p.path); p.err != nil {
			return
		}
		defer f.Close()
		if filepath.Ext(p.path) == ".ppm" {
			p.img, p.err = readPPM(f)
			return
		}
		var img image.Image
		if img, p.err = png.Decode(f); p.err != nil {
			p.err = fmt.Errorf("%s: %w", p.path, p.err)
			return
		}
		p.img = straight(img)
	})
	return p.img, p.err
}

func straight(img image.Image) *image.NRGBA {
	if n, ok := img.(*image.NRGBA); ok {
		return n
	}
	n := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(n, n.Rect, img, img.Bounds().Min, draw.Src)
	return n
}

// forget drops the pixels.
func (p *picture) forget() { p.load, p.img = sync.Once{}, nil }

// readPPM reads a P6 or P5 file of 8 bits, or a P7 file (PAM), which it composites over white.
func readPPM(r io.Reader) (*image.RGBA, error) {
	in := bufio.NewReader(r)
	var kind string
	var w, h, most int
	if _, err := fmt.Fscan(in, &kind); err != nil {
		return nil, err
	}
	if kind == "P7" {
		return readPAM(in)
	}
	if _, err := fmt.Fscan(in, &w, &h, &most); err != nil {
		return nil, err
	}
	if _, err := in.ReadByte(); err != nil {
		return nil, err
	}
	channels := 3
	if kind == "P5" {
		channels = 1
	}
	pixels := make([]byte, channels*w*h)
	if _, err := io.ReadFull(in, pixels); err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		for c := range 3 {
			img.Pix[4*i+c] = pixels[channels*i+c%channels]
		}
		img.Pix[4*i+3] = 255
	}
	return img, nil
}

// writePPM writes the colors of a picture.
func writePPM(w io.Writer, img *image.RGBA) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "P6 %d %d 255\n", img.Rect.Dx(), img.Rect.Dy())
	for i := 0; i+3 < len(img.Pix); i += 4 {
		out.Write(img.Pix[i : i+3])
	}
	return out.Flush()
}
