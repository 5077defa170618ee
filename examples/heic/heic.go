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

// Format reads HEIC. The decoder is libheif with libde265 in WebAssembly, so a malicious file can't harm
// the process. It crops and rotates pictures itself, and returns the stored samples.
var Format = wide(heif.Format(decode, heif.Config{
	Upright:           true,
	StoredYCbCr:       true,
	BytesPerPixel:     24, // measured by TestMemoryIsCounted
	DeepBytesPerPixel: 40,
	FixedBytes:        8 << 20,
	MaxSide:           16384, // limit of libde265; libheif limits the number of pixels
	MaxPixels:         16384 * 16384,
}))

// instances bounds how many pictures are decoded at a time: each uses one core.
var instances = make(chan struct{}, runtime.GOMAXPROCS(0))

// decode waits for an instance, at most until its context ends. A decoding that has begun can't be
// interrupted.
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

func init() { heic.ForceWasmMode = true } // even if the system has a libheif, which may be a worse version

// asHEIC changes a general major brand to that of HEIC, so that libheif accepts the file.
func asHEIC(file []byte) []byte {
	if len(file) >= 12 && string(file[8:12]) != "heic" {
		file = bytes.Clone(file)
		copy(file[8:], "heic")
	}
	return file
}

// narrow is the width in pixels below which the decoder misreads the stride of rows and writes beyond them:
// rows of libheif have at least 64 samples, also for chroma.
const narrow = 127

// wide refuses pictures that are too narrow, before they are decoded.
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

// own returns a copy of the picture outside the memory of the WebAssembly, so that this memory can be
// freed.
func own(img image.Image) (image.Image, error) {
	switch img := img.(type) {
	case *image.YCbCr:
		mend(img.Y, img.YStride)
		out := *img
		out.Y, out.Cb, out.Cr = bytes.Clone(img.Y), bytes.Clone(img.Cb), bytes.Clone(img.Cr)
		return &out, nil
	case *image.Gray:
		mend(img.Pix, img.Stride)
		return &image.Gray{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}, nil
	case *image.NRGBA:
		mend(img.Pix, img.Stride)
		return &image.NRGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}, nil
	case *image.RGBA:
		mend(img.Pix, img.Stride)
		return &image.RGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}, nil
	}
	return nil, fmt.Errorf("%w: a picture that is decoded to %T", processors.ErrFormat, img)
}

// mend replaces the first 24 bytes of the first row by those of the second. The decoder frees the memory of the
// picture before it returns, and the allocator then uses these bytes for its list of free memory.
func mend(pix []byte, stride int) {
	const overwritten = 24
	if len(pix) >= stride+overwritten && stride >= overwritten {
		copy(pix[:overwritten], pix[stride:])
	}
}
