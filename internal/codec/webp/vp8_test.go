package webp

import (
	"context"
	"image"
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

// shrinkVP8 decodes vp8 as a picture of size pixels.
func shrinkVP8(ctx context.Context, vp8 []byte, size image.Point) (image.Image, error) {
	var d decoder
	if err := d.header(vp8); err != nil {
		return nil, err
	}
	s, err := newSink(ctx, image.Pt(d.width, d.height), image.Point{}, size, false, true)
	if err != nil {
		return nil, err
	}
	defer s.close(ctx)
	d.filtered = d.filtered && s.reduction() < unfiltered
	if err := d.decode(ctx, func(y int) { s.nextPlanar(d.planes(y)) }); err != nil {
		return nil, err
	}
	img, err := s.planes.Image()
	return img, err
}
