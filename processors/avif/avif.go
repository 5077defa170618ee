// Package avif reads and writes AVIF (AV1 Image File Format). Importing it is all it takes to make
// thumbnails of AVIF files, because it registers the format with package image:
//
//	import _ "github.com/rest-thumbnails/thumbnail/processors/avif"
//
// and to make AVIF thumbnails:
//
//	thumbnail.Config{Encoders: thumbnail.Encoders{".avif": avif.Encoder{}}, …}
//
// It is a module of its own, and depends on no other of this library. The work is done by
// github.com/gen2brain/avif without cgo: by libavif 1.1 or a later 1, if the system has it under
// the name libavif.so (Debian has that in libavif-dev), and else by the same library in
// WebAssembly, which the program contains. That is slower than anything else here, see the table in
// README.md, and there are one to three seconds of compilation when the first picture is decoded or
// encoded: [Start] does it at once.
//
// # Pictures
//
// The picture is the primary item, of a sequence too; of one with a gain map it is the base. It is
// turned, mirrored and clipped as the file's properties say. Metadata is not read, orientation in
// EXIF included. What is not supported matches image.ErrFormat: another codec than AV1, an
// essential property that is unknown, a sequence without a primary item. All other errors are of
// files that are damaged or cut off, or are the reader's own.
//
// # Memory
//
// The WebAssembly is compiled once. An instance decodes or encodes one picture; there are no more
// than GOMAXPROCS at a time, and they use the memory of earlier ones: a thumbnail of 400×300 pixels
// takes 1.5 MB from Go's heap, not 36. Memory of more than 80 MB, and such as is not used for two
// garbage collections, is given back. The system's library has its memory from the system's malloc.
//
// # Building
//
// To find the system's library, a program is linked dynamically (to libc, also with CGO_ENABLED=0).
// For one that is static, say
//
//	go build -tags nodynamic
//
// The build tag wasm2go of github.com/gen2brain/avif is not supported: that package then registers
// itself with package image before this one can, and its pictures are neither turned nor clipped;
// nor is memory used again.
package avif

import (
	"bytes"
	"errors"
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

// maxPixels is libavif's AVIF_DEFAULT_IMAGE_SIZE_LIMIT; AVIF_DEFAULT_IMAGE_DIMENSION_LIMIT is MaxSide.
const maxPixels = 1 << 28

// instances bounds how many pictures are in work, to GOMAXPROCS as it is when the program starts,
// which heeds the quota of a container. Each has an instance of the WebAssembly, with memory of its
// own (13 bytes per pixel when decoding, 28 if samples have more than 8 bits, 35 when encoding, and
// up to 5 MB), and keeps one core busy.
var instances = make(chan struct{}, runtime.GOMAXPROCS(0))

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

// Start prepares for the first picture: it takes one to three seconds, and memory that stays in
// use. Programs that don't call it wait for it at the first picture instead.
func Start() error {
	return Encoder{}.Encode(io.Discard, image.NewRGBA(image.Rect(0, 0, 1, 1)))
}

// DecodeConfig returns the size in pixels, as it is seen, that is after clipping and turning, and
// the colour model. It reads the file's header alone, at most 5 MiB of it and what stands before,
// and starts nothing. Sizes are reported as declared, however large: limits are the caller's.
func DecodeConfig(r io.Reader) (image.Config, error) {
	p, err := isobmff.Read(r)
	if err != nil {
		return image.Config{}, err
	}
	size := p.Size()
	if p.Deep {
		return image.Config{Width: size.X, Height: size.Y, ColorModel: color.RGBA64Model}, nil
	}
	return image.Config{Width: size.X, Height: size.Y, ColorModel: color.RGBAModel}, nil
}

// Decode returns the picture, upright, as an *image.RGBA, or as an *image.RGBA64 if it has more
// than 8 bits per sample. Its colours are RGB of full range as the file has them: the matrix is
// heeded, but neither an ICC profile nor primaries and transfer function are applied, which package
// processors does. Where GOMAXPROCS pictures are in work, it waits. Once all of r is read, it
// cannot be interrupted.
//
// The file decides how much memory is needed: ask [DecodeConfig] first. A file that has more pixels
// than it announces is shrunk to that size, or is an error if this takes 32 MB more than announced;
// the system's library takes what they take. There are limits beyond which the library does not go,
// 32768 pixels a side and 2^28 in all: that matches image.ErrFormat.
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
	if max(p.Width, p.Height) > MaxSide || p.Width*p.Height > maxPixels {
		return nil, fmt.Errorf("avif: more pixels than can be decoded, %d×%d: %w", p.Width, p.Height, image.ErrFormat)
	}
	preferItem(data)
	err = call(func() error {
		if img, err = avif.Decode(bytes.NewReader(data)); errors.Is(err, avif.ErrMemRead) {
			err = avif.ErrDecode // which is what it means to read what has not been written, see malloc
		}
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
		bound8(pix)
		return &image.RGBA{Pix: pix, Stride: 4 * size.X, Rect: image.Rectangle{Max: size}}, nil
	case *image.RGBA64:
		pix, size := upright(img.Pix, 8, p)
		bound16(pix)
		return &image.RGBA64{Pix: pix, Stride: 8 * size.X, Rect: image.Rectangle{Max: size}}, nil
	}
	return nil, fmt.Errorf("avif: decoded to %T", img)
}

// preferItem makes libavif take the primary item. If the major brand of a file is avis, or one of a
// general format, it prefers a track.
func preferItem(file []byte) {
	if len(file) >= 12 && string(file[4:8]) == "ftyp" {
		copy(file[8:], "avif")
	}
}
