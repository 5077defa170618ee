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

// Apply makes a thumbnail with proc. If proc is a Planner, it is given what it plans for, scaled and
// cropped; otherwise it is given the whole picture, which must not be reduced then: see [MinDecode].
// The result is valid until Release. Apply can be called once, but see Reuse.
func (p *Picture) Apply(ctx context.Context, proc processors.Processor, width, height int) (image.Image, error) {
	apply, err := p.prepare(ctx, proc, width, height)
	if err != nil {
		return nil, err
	}
	return apply(ctx, p)
}

// An applyFunc makes a thumbnail of a picture, whose pixels it drops where it can.
type applyFunc func(context.Context, *Picture) (image.Image, error)

// prepare returns what is to be done to p and to every picture of the same size that is to be
// cropped alike.
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

// processed checks what a processor returns.
func processed(img image.Image, err error) (image.Image, error) {
	if err == nil && img == nil {
		err = errors.New("returned no image")
	}
	return img, err
}

// box returns the size to which the picture is to be scaled, and the part of that to keep.
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

// cut scales the whole picture to scaled and keeps what the box crop has of that, both as seen. Only
// the pixels of the box are computed, and only they are turned.
func (p *Picture) cut(ctx context.Context, scaled image.Point, crop image.Rectangle) (image.Image, error) {
	crop = crop.Intersect(image.Rectangle{Max: scaled})
	if orientation := p.header.Orientation; orientation > 1 {
		t := turns[orientation]
		a, b := t.source(crop.Min.X, crop.Min.Y, scaled), t.source(crop.Max.X-1, crop.Max.Y-1, scaled)
		crop = image.Rect(a.X, a.Y, b.X, b.Y) // which puts the smaller first
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
