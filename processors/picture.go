package processors

import (
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A Picture is a decoded image. It may be reduced, and it is turned upright only once it is small,
// which costs less. It is for one goroutine at a time.
type Picture struct {
	size        image.Point // of the original, upright
	img         image.Image // as it lies in the file, perhaps reduced
	width       float64     // of its pixels, which the original covers: one decoded at n/8 may end within its last pixel
	height      float64
	orientation int
	options     resample.Options // what the resampler should know of the reduction
	colours     *icc.Transform   // from img's to sRGB, which is done once it is small; nil: they are
	decoder     *jpeg.Decoder    // in whose memory img lies, or nil

	header    Header
	data      []byte // the file
	converted bool   // img is not what the file has
}

// newPicture is the picture of an original that is upright and not reduced.
func newPicture(img image.Image) *Picture {
	size := img.Bounds().Size()
	return &Picture{size: size, img: img, width: float64(size.X), height: float64(size.Y), orientation: 1}
}

// Size returns the upright size in pixels of the original, of which the picture may be a reduction.
func (p *Picture) Size() image.Point { return p.size }

// Image returns the picture upright and in sRGB, with its upper left corner at (0,0). It is valid
// until Release.
func (p *Picture) Image() image.Image {
	img, _ := p.colours.Apply(context.Background(), p.img)
	return orient(img, p.orientation)
}

// setColours tells what img's colours are. It is the last thing to be set. They are converted once
// img is small, but at once where tones are far from sRGB's, unless img is reduced: that is what
// browsers show, and resizing leaves 8 bits.
func (p *Picture) setColours(t *icc.Transform) {
	if p.img != nil && p.img.Bounds().Size() == p.header.stored && t.Far() {
		p.img, _ = t.Apply(context.Background(), p.img)
		t, p.converted = nil, true
	}
	p.colours = t
	p.options.KeepCMYK = t != nil && t.Space() == icc.CMYK
}

// Release returns the picture's memory for reuse. What Image or Apply returned must not be used
// afterwards. It is optional.
func (p *Picture) Release() {
	if p.decoder != nil {
		p.decoder.Release()
		p.decoder, p.img = nil, nil
	}
}

// Apply makes a thumbnail with proc. If proc is a [Planner], it is given what it plans for, scaled
// and cropped; otherwise it is given the whole picture, which must not be reduced then: see
// [MinDecode]. The result is valid until Release.
func (p *Picture) Apply(ctx context.Context, proc Processor, width, height int) (image.Image, error) {
	apply, err := p.prepare(ctx, proc, width, height)
	if err != nil {
		return nil, err
	}
	return apply(ctx, p)
}

// An applyFunc makes a thumbnail of a picture.
type applyFunc func(context.Context, *Picture) (image.Image, error)

// prepare returns what is to be done to p and to every picture of the same size that is to be
// cropped alike.
func (p *Picture) prepare(ctx context.Context, proc Processor, width, height int) (applyFunc, error) {
	planner, ok := proc.(Planner)
	if !ok {
		return func(ctx context.Context, p *Picture) (image.Image, error) {
			return proc.Process(ctx, p.Image(), width, height)
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
		size := img.Bounds().Size()
		return proc.Process(ctx, img, size.X, size.Y)
	}, nil
}

// process is Process of the processors whose plan is all there is to them.
func process(ctx context.Context, p Planner, src image.Image, width, height int) (image.Image, error) {
	return newPicture(src).follow(ctx, p, width, height)
}

// follow scales and crops the picture as planned.
func (p *Picture) follow(ctx context.Context, planner Planner, width, height int) (image.Image, error) {
	scaled, crop, err := p.box(ctx, planner, width, height)
	if err != nil {
		return nil, err
	}
	return p.cut(ctx, scaled, crop)
}

// box returns the size to which the picture is to be scaled, and the part of that to keep.
func (p *Picture) box(ctx context.Context, planner Planner, width, height int) (scaled image.Point, crop image.Rectangle, err error) {
	none := image.Rectangle{}
	if width < 0 || height < 0 || width == 0 && height == 0 {
		return scaled, none, fmt.Errorf("thumbnail of %d×%d: no such size", width, height)
	}
	if p.size.X < 1 || p.size.Y < 1 || p.img.Bounds().Empty() {
		return scaled, none, errors.New("thumbnail of an empty picture")
	}
	scaled, crop = planner.Plan(p.size, width, height)
	if crop.Empty() || !crop.In(image.Rectangle{Max: scaled}) {
		return scaled, none, fmt.Errorf("%T planned %v of %v: not a box within", planner, crop, scaled)
	}
	if locator, ok := planner.(Locator); ok && crop.Size() != scaled {
		found, err := locator.Locate(ctx, orient(p.img, p.orientation), scaled, crop)
		if err != nil {
			return scaled, none, err
		}
		if found.Size() != crop.Size() || !found.In(image.Rectangle{Max: scaled}) {
			return scaled, none, fmt.Errorf("%T located %v in %v: not a box of %v", planner, found, scaled, crop.Size())
		}
		crop = found
	}
	return scaled, crop, ctx.Err()
}

// cut scales the whole picture to scaled and keeps the box crop of that, both as seen. Only the
// pixels of the box are computed, and only they are turned.
func (p *Picture) cut(ctx context.Context, scaled image.Point, crop image.Rectangle) (image.Image, error) {
	if p.orientation > 1 {
		t := turns[p.orientation]
		a, b := t.source(crop.Min.X, crop.Min.Y, scaled), t.source(crop.Max.X-1, crop.Max.Y-1, scaled)
		crop = image.Rect(a.X, a.Y, b.X, b.Y) // which puts the smaller first
		crop.Max = crop.Max.Add(image.Pt(1, 1))
		if t.transpose {
			scaled = image.Pt(scaled.Y, scaled.X)
		}
	}
	x, y := p.width/float64(scaled.X), p.height/float64(scaled.Y)
	r := resample.Rect{X0: float64(crop.Min.X) * x, Y0: float64(crop.Min.Y) * y, X1: float64(crop.Max.X) * x, Y1: float64(crop.Max.Y) * y}
	img, err := resize(ctx, p.img, r, crop.Size(), p.options)
	if err != nil {
		return nil, err
	}
	if img, err = p.colours.Apply(ctx, img); err != nil {
		return nil, err
	}
	return orient(img, p.orientation), nil
}
