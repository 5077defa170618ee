package engine

import (
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Apply makes a thumbnail with proc. If proc is a Planner, Apply scales and crops the picture as planned, and
// passes the result to proc. Otherwise it passes the whole picture, which must not have been decoded at a
// reduced size: see [MinDecode]. The result is valid until Release. Apply can be called only once, unless Reuse
// has been called.
func (p *Picture) Apply(ctx context.Context, proc processors.Processor, width, height int) (image.Image, error) {
	apply, err := p.prepare(ctx, proc, width, height)
	if err != nil {
		return nil, err
	}
	return apply(ctx, p)
}

// An applyFunc makes a thumbnail of a picture. It frees the picture's pixels as soon as it can.
type applyFunc func(context.Context, *Picture) (image.Image, error)

// prepare returns the function that makes the thumbnail of p. The function can also be applied to other
// pictures of the same size; it uses the same crop box.
func (p *Picture) prepare(ctx context.Context, proc processors.Processor, width, height int) (applyFunc, error) {
	planner, ok := ability.Find[processors.Planner](proc)
	if !ok {
		return func(ctx context.Context, p *Picture) (image.Image, error) {
			img, err := p.Image(ctx)
			if err != nil {
				return nil, err
			}
			return processed(proc.Process(ctx, img, width, height))
		}, nil
	}
	scaled, crop, err := p.box(ctx, planner, width, height)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, p *Picture) (image.Image, error) {
		img, err := p.cut(ctx, scaled, crop)
		if err != nil {
			return nil, err
		}
		return processed(proc.Process(ctx, img, crop.Dx(), crop.Dy()))
	}, nil
}

// processed checks the result of a processor.
func processed(img image.Image, err error) (image.Image, error) {
	if err == nil && img == nil {
		err = errors.New("returned no image")
	}
	return img, err
}

// box returns the size to scale the picture to, and the part of the scaled picture to keep.
func (p *Picture) box(ctx context.Context, planner processors.Planner, width, height int) (scaled image.Point, crop image.Rectangle, err error) {
	var shown image.Image
	scaled, crop, err = scaling.Box(ctx, planner, p.Size(), width, height, func() (image.Image, error) {
		shown, err = orient(ctx, p.img, p.header.Orientation)
		return shown, err
	})
	if shown != nil && shown != p.img {
		pixels.Give(ctx, shown)
	}
	return scaled, crop, err
}

// cut scales the whole picture to scaled and keeps the box crop. Both refer to
// the upright picture. Only the pixels of the box are computed and rotated.
func (p *Picture) cut(ctx context.Context, scaled image.Point, crop image.Rectangle) (image.Image, error) {
	crop = crop.Intersect(image.Rectangle{Max: scaled})
	if orientation := p.header.Orientation; orientation > 1 {
		t := turns[orientation]
		a, b := t.source(crop.Min.X, crop.Min.Y, scaled), t.source(crop.Max.X-1, crop.Max.Y-1, scaled)
		crop = image.Rect(a.X, a.Y, b.X, b.Y) // image.Rect orders the coordinates
		crop.Max = crop.Max.Add(image.Pt(1, 1))
		scaled = t.size(scaled)
	}
	img, err := scaling.Cut(ctx, p.img, p.width, p.height, scaled, crop, p.options)
	if err != nil {
		return nil, err
	}
	if img == p.img {
		return p.Image(ctx)
	}
	p.small = img
	p.drop(ctx)
	return p.upright(ctx, img, func() {
		resample.Release(ctx, img)
		p.small = nil
	})
}
