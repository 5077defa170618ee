package webp

import (
	"context"
	"image"
)

// decodeVP8 decodes vp8, the content of a "VP8 " chunk. The upper left corner of the result is at (0,0). Missing data are an error; damaged
// data may go unnoticed.
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

// shrinkVP8 decodes vp8 and shrinks the picture to size.
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
