// Package avif reads and writes AVIF (AV1 Image File Format). Importing it is all it takes to make thumbnails of AVIF
// files, because it registers the format with package image:
//
//	import _ "github.com/rest-thumbnails/thumbnail/processors/avif"
//
// and to make AVIF thumbnails:
//
//	thumbnail.Config{Encoders: thumbnail.Encoders{".avif": avif.Encoder{}}, …}
//
// It is a module of its own, and depends on no other of this library. The work is done by github.com/gen2brain/avif
// without cgo: by libavif, if the system has it under the name libavif.so, and else by the same library in
// WebAssembly, which the program contains. That is slower than anything else here, see the table in README.md, and
// there are one to three seconds of compilation when the first picture is decoded or encoded: [Start] does it at once.
//
// To find the system's library, a program is linked dynamically (to libc, also with CGO_ENABLED=0). For one that is static,
// say
//
//	go build -tags nodynamic
//
// The build tag wasm2go of github.com/gen2brain/avif is not supported.
package avif

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io"
	"runtime"

	"github.com/gen2brain/avif"

	"github.com/rest-thumbnails/thumbnail/processors/avif/internal/first"
	"github.com/rest-thumbnails/thumbnail/processors/avif/internal/isobmff"
)

func init() { first.Decode, first.DecodeConfig = Decode, DecodeConfig }

// instances bounds how many pictures are in work: each has an instance of the WebAssembly, with memory of its own (about
// 40 bytes per pixel when decoding, 230 when encoding), and keeps one core busy.
var instances = make(chan struct{}, runtime.NumCPU())

// call runs f when there is room for it, and turns a panic into an error.
func call(f func() error) (err error) {
	instances <- struct{}{}
	defer func() {
		<-instances
		if p := recover(); p != nil {
			err = fmt.Errorf("avif: %v", p)
		}
	}()
	return f()
}

// Start prepares for the first picture: it takes one to three seconds, and memory that stays in use. Programs that don't call it wait for
// it at the first picture instead.
func Start() error {
	return Encoder{}.Encode(io.Discard, image.NewRGBA(image.Rect(0, 0, 1, 1)))
}

// DecodeConfig returns the size in pixels, as it is seen, that is after turning, and the colour model. It reads the file's header
// alone, at most 1 MiB of it, and starts nothing. Sizes are reported as declared, however large: limits are the caller's.
func DecodeConfig(r io.Reader) (image.Config, error) {
	p, err := isobmff.Read(r)
	if err != nil {
		return image.Config{}, err
	}
	c := image.Config{Width: p.Width, Height: p.Height, ColorModel: color.RGBAModel}
	if p.Deep {
		c.ColorModel = color.RGBA64Model
	}
	if p.Turns%2 == 1 {
		c.Width, c.Height = c.Height, c.Width
	}
	return c, nil
}

// Decode returns the picture, upright, as an *image.RGBA, or as an *image.RGBA64 if it has more than 8 bits per sample. Of a
// sequence it is the first. Its colours are those of the file: profiles are not applied. Where NumCPU pictures are in work,
// it waits.
//
// The file decides how much memory is needed: ask [DecodeConfig] first.
func Decode(r io.Reader) (img image.Image, err error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("avif: %w", err)
	}
	p, err := isobmff.Read(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if err := isobmff.Whole(data); err != nil {
		return nil, err
	}
	err = call(func() error {
		img, err = avif.Decode(bytes.NewReader(data))
		return err
	})
	if err != nil {
		return nil, err
	}
	if size := img.Bounds().Size(); size != image.Pt(p.Width, p.Height) {
		return nil, fmt.Errorf("avif: %v pixels where the header says %d×%d", size, p.Width, p.Height)
	}
	switch img := img.(type) {
	case *image.RGBA:
		pix, size := upright(img.Pix, 4, p)
		return &image.RGBA{Pix: pix, Stride: 4 * size.X, Rect: image.Rectangle{Max: size}}, nil
	case *image.RGBA64:
		pix, size := upright(img.Pix, 8, p)
		return &image.RGBA64{Pix: pix, Stride: 8 * size.X, Rect: image.Rectangle{Max: size}}, nil
	}
	return nil, fmt.Errorf("avif: decoded to %T", img)
}

// upright returns a copy of the pixels of n bytes, turned and mirrored as p says (ISO/IEC 23008-12, 6.5.10 and 6.5.12). It always copies: what
// comes out of the decoder is a part of all the memory that it has used.
func upright(pix []byte, n int, p isobmff.Picture) (out []byte, size image.Point) {
	size = image.Pt(p.Width, p.Height)
	if p.Turns%2 == 1 {
		size = image.Pt(p.Height, p.Width)
	}
	out = make([]byte, n*size.X*size.Y)
	if p.Turns == 0 && p.Mirror == isobmff.NoMirror {
		copy(out, pix)
		return out, size
	}
	for y := range p.Height {
		for x := range p.Width {
			tx, ty := x, y
			switch p.Turns {
			case 1:
				tx, ty = y, p.Width-1-x
			case 2:
				tx, ty = p.Width-1-x, p.Height-1-y
			case 3:
				tx, ty = p.Height-1-y, x
			}
			switch p.Mirror {
			case isobmff.TopBottom:
				ty = size.Y - 1 - ty
			case isobmff.LeftRight:
				tx = size.X - 1 - tx
			}
			copy(out[n*(ty*size.X+tx):][:n], pix[n*(y*p.Width+x):])
		}
	}
	return out, size
}
