// Package avif reads and writes AVIF (AV1 Image File Format). A handler that makes thumbnails of
// AVIF files needs the format, and a handler that makes AVIF thumbnails needs the encoder:
//
//	thumbnail.Config{
//		Formats:  []processors.Format{avif.Format},
//		Encoders: thumbnail.Encoders{".avif": avif.Encoder{}},
//		…
//	}
//
// It is a separate module. Package processors/heif reads the container, and github.com/gen2brain/avif decodes and
// encodes the pixels, without cgo. The latter calls libavif 1.1 or a later 1.x version, if the system has it under
// the name libavif.so (Debian: package libavif-dev). Otherwise it runs the same library as WebAssembly, which is
// compiled into the program. WebAssembly is slower than all other formats (docs/formats.md has a table), and it has
// to be compiled when the program runs, which takes one to three seconds of CPU time. NewHandler compiles it by
// Format.Start and [Encoder.Start], so that the first picture takes no longer than later ones. A program without a
// handler calls [Start].
//
// # Pictures
//
// The picture is the primary item, also in an image sequence; a gain map is ignored. The picture is
// rotated, mirrored and cropped as the file's properties say. Its colors are described by its ICC profile,
// its box colr or its AV1 sequence header. Metadata, including the orientation in EXIF, is not read.
//
// # Memory
//
// The WebAssembly is compiled once, but each picture needs a new instance, whose memory the garbage collector
// frees afterwards. The memory of an instance grows in steps: decoding 400×300 pixels allocates 15 MB, and
// encoding them allocates 42 MB. At most GOMAXPROCS pictures are decoded or encoded at a time; others wait, at
// most until their context ends.
//
// The memory for a picture is taken from the account of the context before the codec runs. Decoding takes 24 MB
// and 24 bytes per pixel, or 56 bytes per pixel if samples have more than 8 bits. Transparency adds half of the
// bytes per pixel. Encoding takes 12 MB and 96 bytes per pixel. The system's library allocates by the system's
// malloc.
//
// # Building
//
// To load the system's library, the program is linked dynamically to libc, even with CGO_ENABLED=0. For a
// static program, build with
//
//	go build -tags nodynamic
//
// github.com/gen2brain/avif registers itself with package image, but image.Decode neither rotates nor crops
// AVIF pictures. A handler does both, because it tries Config.Formats first.
package avif

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"runtime"
	"sync"

	"github.com/gen2brain/avif"

	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

// MaxSide is the largest width and height of a picture, in pixels. It is libavif's default limit. AV1
// allows sides of twice that length, but few decoders read such a file.
const (
	MaxSide   = 32768
	maxPixels = 1 << 28
)

// Format reads AVIF, for Config.Formats. A picture is decoded to *image.RGBA, or to *image.RGBA64 if it has
// more than 8 bits per sample. The samples are full-range RGB, converted by the matrix that the file declares.
// While GOMAXPROCS pictures are in progress, Decode waits until one of them is done or its context ends. A
// decoding that has begun can't be interrupted.
var Format = format()

func format() processors.Format {
	f := heif.Format(decode, options)
	f.Start = Start
	return f
}

var options = heif.Config{
	Name:              "avif",
	Brands:            []string{"avif", "avis"},
	Items:             []string{"av01", "grid"},
	BytesPerPixel:     decodeBytes,
	DeepBytesPerPixel: decodeDeepBytes,
	FixedBytes:        decodeFixed,
	MaxSide:           MaxSide,
	MaxPixels:         maxPixels,
}

// instances limits the pictures in progress to the GOMAXPROCS at program start, which respects the CPU quota of
// a container. Each picture keeps one core busy.
var instances = make(chan struct{}, runtime.GOMAXPROCS(0))

// call runs f once an instance is free, and turns a panic into an error.
func call(ctx context.Context, f func() error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case instances <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() {
		<-instances
		if p := recover(); p != nil {
			err = fmt.Errorf("avif: %v", p)
		}
	}()
	return f()
}

// Start prepares for the first picture. It takes one to three seconds, and memory that stays in use. NewHandler calls
// Start. Without a call of Start, the first picture takes this additional time. Further calls do nothing and return
// the same error. Any number of goroutines may call Start at once.
func Start() error { return start() }

var start = sync.OnceValue(func() error {
	file, err := Encoder{}.encode(context.Background(), image.NewRGBA(image.Rect(0, 0, 8, 8)))
	if err == nil {
		_, err = decode(context.Background(), file)
	}
	return err
})

// Start calls the function [Start]. It implements [processors.Starter].
func (Encoder) Start() error { return Start() }

// decode returns the picture as stored. The caller has taken the memory from the account.
func decode(ctx context.Context, data []byte) (img image.Image, err error) {
	err = call(ctx, func() error {
		all, err := avif.DecodeAll(bytes.NewReader(primary(data)))
		if err == nil && len(all.Image) == 1 && len(all.Delay) == 1 && all.Delay[0] == stillDuration {
			img = own(all.Image[0])
			return nil
		}
		if err == nil { // the file has no picture in its pixel data
			err = avif.ErrDecode
		}
		return err
	})
	return img, err
}

// stillDuration is the duration that libavif reports for a still picture. If the pixels can't be decoded,
// github.com/gen2brain/avif returns no error, but does not set the duration.
const stillDuration = 1

// primary makes libavif decode the primary item. libavif prefers a track if the major brand of a file is avis
// or a general one; primary then returns a copy of the file with another major brand.
func primary(file []byte) []byte {
	if len(file) >= 12 && string(file[4:8]) == "ftyp" && string(file[8:12]) != "avif" {
		file = bytes.Clone(file)
		copy(file[8:], "avif")
	}
	return file
}
