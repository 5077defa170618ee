package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"runtime"

	"github.com/gen2brain/heic"

	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

// Format reads HEIC. The decoder is libheif and libde265 in WebAssembly, so a broken file can do no
// harm outside of it. It crops and turns pictures itself, and returns the samples as they are stored.
var Format = wide(heif.Format(decode, heif.Config{
	Upright:           true,
	StoredYCbCr:       true,
	BytesPerPixel:     24, // TestMemoryIsCounted measures it
	DeepBytesPerPixel: 40,
	FixedBytes:        8 << 20,
	MaxSide:           16384, // libde265 has no more, libheif no more pixels
	MaxPixels:         16384 * 16384,
}))

// instances bounds how many pictures are in work: each keeps one core busy.
var instances = make(chan struct{}, runtime.GOMAXPROCS(0))

// decode waits for an instance, until its context ends. Once it has begun it can't be interrupted.
func decode(ctx context.Context, data []byte) (image.Image, error) {
	select {
	case instances <- struct{}{}:
		defer func() { <-instances }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	img, err := heic.Decode(bytes.NewReader(asHEIC(data)))
	if err != nil {
		return nil, err
	}
	return own(img)
}

func init() { heic.ForceWasmMode = true } // also where the system has a libheif, which need not be as good

// asHEIC makes libheif sure of a file whose major brand is one of a general format.
func asHEIC(file []byte) []byte {
	if len(file) >= 12 && string(file[8:12]) != "heic" {
		file = bytes.Clone(file)
		copy(file[8:], "heic")
	}
	return file
}

// narrow is the width in pixels below which the decoder mistakes where rows begin, and writes behind
// them: libheif's have 64 samples at least, of chroma too.
const narrow = 127

// wide refuses pictures that are too narrow before they are decoded.
func wide(f processors.Format) processors.Format {
	header := f.Header
	f.Header = func(ctx context.Context, r io.Reader) (processors.FormatHeader, error) {
		h, err := header(ctx, r)
		if err == nil && h.Width < narrow {
			err = fmt.Errorf("%w: a picture of less than %d pixels width", processors.ErrFormat, narrow)
		}
		return h, err
	}
	return f
}

// own returns the picture with samples of its own, so that the memory of the WebAssembly is given back.
func own(img image.Image) (image.Image, error) {
	switch img := img.(type) {
	case *image.YCbCr:
		out := *img
		out.Y, out.Cb, out.Cr = bytes.Clone(img.Y), bytes.Clone(img.Cb), bytes.Clone(img.Cr)
		return &out, nil
	case *image.Gray:
		return &image.Gray{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}, nil
	case *image.NRGBA:
		return &image.NRGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}, nil
	case *image.RGBA:
		return &image.RGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}, nil
	}
	return nil, fmt.Errorf("%w: a picture that is decoded to %T", processors.ErrFormat, img)
}
