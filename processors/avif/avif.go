// Package avif reads and writes AVIF (AV1 Image File Format). A handler that makes thumbnails of
// AVIF files needs the format, and a handler that makes AVIF thumbnails needs the encoder:
//
//	thumbnail.Config{
//		Formats:  []processors.Format{avif.Format},
//		Encoders: thumbnail.Encoders{".avif": avif.Encoder{}},
//		…
//	}
//
// It is a separate module. The container is read by package processors/heif; the pixels are the
// business of github.com/gen2brain/avif without cgo: by libavif 1.1 or a later 1, if the system has it
// under the name libavif.so (Debian has that in libavif-dev), and else by the same library in
// WebAssembly, which the program contains. That is slower than anything else here, see the table in
// docs/formats.md, and it has to be compiled, which takes one to three seconds of a processor. NewHandler does
// that, by Format.Start and [Encoder.Start], so that the first picture costs what any other does; a program without
// a handler calls [Start].
//
// # Pictures
//
// The picture is the primary item, of a sequence too; of one with a gain map it is the base. It is
// turned, mirrored and cropped as the file's properties say, and its colors are those of its ICC
// profile, its box colr or its AV1 sequence header. Metadata is not read, orientation in EXIF included.
//
// # Memory
//
// The WebAssembly is compiled once, but each picture takes a new instance of it, whose memory goes to
// the garbage collector afterwards: a thumbnail of 400×300 pixels allocates 15 MB when it is decoded
// and 42 MB when it is encoded, as it grows in steps. No more than GOMAXPROCS pictures are in work at
// a time; the others wait, until their context ends. What a picture takes is taken from the account of
// the context before: 24 bytes per pixel and 24 MB when it is decoded, 56 per pixel if samples have more
// than 8 bits, and half as much again with transparency; 96 bytes per pixel and 12 MB when it is encoded.
// The system's library has its memory from the system's malloc.
//
// # Building
//
// To find the system's library, a program is linked dynamically (to libc, also with CGO_ENABLED=0).
// For one that is static, say
//
//	go build -tags nodynamic
//
// github.com/gen2brain/avif registers itself with package image. Pictures that are decoded that way are
// neither turned nor cropped; a handler asks Config.Formats first.
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

// MaxSide is how many pixels a side may have. AV1 can express twice as many, but few decoders read
// such a file. maxPixels is libavif's AVIF_DEFAULT_IMAGE_SIZE_LIMIT; its limit of a side is MaxSide.
const (
	MaxSide   = 32768
	maxPixels = 1 << 28
)

// Format reads AVIF, for Config.Formats. A picture is decoded to *image.RGBA, or to *image.RGBA64 if
// it has more than 8 bits per sample: RGB of full range, by the matrix that the file says. Decode waits
// while GOMAXPROCS pictures are in progress, until its context ends. Once it has begun it can't be
// interrupted.
var Format = format()

func format() processors.Format {
	f := heif.Format(decode, options)
	f.Start = Start
	return f
}

var options = heif.Options{
	Name:              "avif",
	Brands:            []string{"avif", "avis"},
	Items:             []string{"av01", "grid"},
	BytesPerPixel:     decodeBytes,
	DeepBytesPerPixel: decodeDeepBytes,
	FixedBytes:        decodeFixed,
	MaxSide:           MaxSide,
	MaxPixels:         maxPixels,
}

// instances bounds how many pictures are in work, to GOMAXPROCS as it is when the program starts,
// which honors the quota of a container: each keeps one core busy.
var instances = make(chan struct{}, runtime.GOMAXPROCS(0))

// call runs f when there is room for it, and turns a panic into an error.
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

// Start prepares for the first picture: it takes one to three seconds, and memory that stays in
// use. NewHandler calls it; a program that uses the encoder without a handler waits for it at the first picture instead.
// It does nothing when it is called again.
func Start() error { return start() }

var start = sync.OnceValue(func() error {
	file, err := Encoder{}.encode(context.Background(), image.NewRGBA(image.Rect(0, 0, 8, 8)))
	if err == nil {
		_, err = decode(context.Background(), file)
	}
	return err
})

// Start calls the function of that name. It implements [processors.Starter].
func (Encoder) Start() error { return Start() }

// decode returns the picture as it is stored. The memory has been taken from the account.
func decode(ctx context.Context, data []byte) (img image.Image, err error) {
	err = call(ctx, func() error {
		all, err := avif.DecodeAll(bytes.NewReader(primary(data)))
		if err == nil && len(all.Image) == 1 && len(all.Delay) == 1 && all.Delay[0] == stillDuration {
			img = own(all.Image[0])
			return nil
		}
		if err == nil { // no picture in the pixels
			err = avif.ErrDecode
		}
		return err
	})
	return img, err
}

// stillDuration is what libavif says of a picture that is no animation. github.com/gen2brain/avif
// returns no error where the pixels can't be decoded, but leaves the duration as it was.
const stillDuration = 1

// primary makes libavif take the primary item: if the major brand of a file is avis, or one of a general
// format, it prefers a track. It returns a copy of the file if the brand is another one.
func primary(file []byte) []byte {
	if len(file) >= 12 && string(file[4:8]) == "ftyp" && string(file[8:12]) != "avif" {
		file = bytes.Clone(file)
		copy(file[8:], "avif")
	}
	return file
}
