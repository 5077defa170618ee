package webp

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// decodeVP8 decodes vp8, the content of a chunk "VP8 ". The result's upper left corner is at (0,0).
//
// Damage may go unnoticed, but what is cut off is an error. Memory is that of the result and of a
// few rows. When ctx ends, its error is returned soon.
func decodeVP8(ctx context.Context, vp8 []byte) (*image.RGBA, error) {
	var d decoder
	if err := d.header(vp8); err != nil {
		return nil, err
	}
	out := image.NewRGBA(image.Rect(0, 0, d.width, d.height))
	err := d.decode(ctx, func(y int) { d.convert(out.Pix[y*out.Stride:][:out.Stride], y) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// shrinkVP8 returns what resample.Resize makes of the whole picture that decodeVP8 returns, in size
// pixels. Memory is that of the result and of a few rows.
func shrinkVP8(ctx context.Context, vp8 []byte, size image.Point) (image.Image, error) {
	var d decoder
	if err := d.header(vp8); err != nil {
		return nil, err
	}
	full := image.Rect(0, 0, d.width, d.height)
	s, err := resample.NewShrinker(ctx, resample.RGBA8, full.Max, resample.Full(full), size, resample.Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	pixels := make([]byte, 4*d.width)
	err = d.decode(ctx, func(y int) {
		d.convert(pixels, y)
		s.WriteRow(pixels)
	})
	if err != nil {
		return nil, err
	}
	return s.Image()
}
