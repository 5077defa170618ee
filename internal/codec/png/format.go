package png

import (
	"context"
	"fmt"
	"image"
	"math"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// Format implements PNG, including APNG.
//
// The still picture of an APNG is the default image, which is stored in IDAT. Frames returns the
// default image only if it is a frame of the animation.
var Format = &codec.Format{
	Name:     "png",
	Match:    func(head []byte) bool { return codec.HasMagic(head, signature) },
	Complete: codec.EndsWith("\x00\x00\x00\x00IEND\xaeB\x60\x82"),
	Header:   readHeader,
	Memory:   func(h *codec.Header, o codec.Options) int64 { return h.Detail.(*detail).memory(o) },
	Decode:   decode,
	Color:    readColor,
	Strip:    func(data []byte, _ *codec.Header) []byte { return strip(data) },
	Frames:   openFrames,
}

// detail is Header.Detail of a PNG file.
type detail struct {
	file
	far bool // the transfer function differs so much from sRGB's that colors are converted before the picture is shrunk
}

// shrunk returns the size to which a picture is shrunk while it is decoded row by row. It returns the
// zero Point if the picture is decoded at full size.
func (d *detail) shrunk(least image.Point) image.Point {
	if d.far || d.Interlaced || least.X < 1 || least.Y < 1 || 2*least.X > d.Width || 2*least.Y > d.Height {
		return image.Point{}
	}
	return least
}

func (d *detail) memory(o codec.Options) int64 {
	if small := d.shrunk(o.Least); small != (image.Point{}) {
		return d.workBytes() + d.shrinkBytes(small)
	}
	if n := d.imageBytes(); n < math.MaxInt64 {
		return n + d.workBytes()
	}
	return math.MaxInt64
}

// imageBytes returns the memory of the picture at full size.
func (f *file) imageBytes() int64 {
	pixel := 4
	switch {
	case f.Color == colorIndexed, f.Color == colorGray && !f.trns:
		pixel = 1
	}
	if f.Depth == 16 {
		pixel *= 2
	}
	if float64(f.Width)*float64(f.Height)*float64(pixel) > 1<<62 {
		return math.MaxInt64
	}
	return int64(f.Width) * int64(f.Height) * int64(pixel)
}

// decoders is a pool of decoders, each of which keeps at most maxKept bytes of buffers.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

// decode decodes the default image. A large image is shrunk row by row while it is read.
func decode(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	d := decoders.Get().(*decoder)
	defer decoders.Put(d)
	defer d.forget()
	d.tolerant = o.Tolerant
	if err := d.begin(ctx, data); err != nil {
		return nil, err
	}
	if size := image.Pt(d.Width, d.Height); size != h.Stored {
		return nil, fmt.Errorf("%w: decoded %v pixels, but the header says %v", codec.ErrCorrupt, size, h.Stored)
	}
	var img image.Image
	var err error
	small := h.Detail.(*detail).shrunk(o.Least)
	if small != (image.Point{}) {
		img, err = d.shrink(ctx, resample.Full(image.Rectangle{Max: h.Stored}), small, resample.Options{})
	} else {
		img, err = d.decode(ctx)
	}
	if err != nil {
		return nil, err
	}
	pic := &codec.Picture{Image: img, Partial: d.partial, Surplus: d.more}
	if small != (image.Point{}) {
		pic.Release = func() { resample.Release(ctx, img) }
	}
	return pic, nil
}
