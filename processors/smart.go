package processors

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/saliency"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

// Smart crops like [Crop], but around the subject of the picture rather than in the middle: edges,
// skin and saturated colours, weighed as in Jonas Wagner's smartcrop.js. The result has exactly the
// requested size and is the largest rectangle of its ratio; if all are equally good, it is the
// middle one.
//
// The rectangle is that which github.com/muesli/smartcrop finds in a copy with 400 pixels on the
// shorter side (but no more than 1600 on the longer). A picture that is smaller, or that the decoder
// has reduced to less, is enlarged to that; in a reduced one the rectangle may differ if several
// are about as good.
type Smart struct {
	NoEnlarge bool // as that of Crop
}

// Plan implements [Planner].
func (s Smart) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return Crop{NoEnlarge: s.NoEnlarge}.Plan(original, width, height)
}

// Process implements [Processor].
func (s Smart) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, s, src, width, height)
}

const (
	smartRatio = 4  // of the longest copy that is looked at whose shorter side has all its pixels
	smartBox   = 16 // pixels of the copy: a box with a shorter side has too little in it to be judged
)

// Locate implements [Locator].
func (Smart) Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	if err := ctx.Err(); err != nil {
		return crop, err
	}
	size := smartCopy(img.Bounds().Size())
	small, err := resample.Resize(ctx, img, resample.Full(img.Bounds()), size, resample.Options{})
	if err != nil {
		return crop, err
	}
	defer resample.Release(ctx, small)
	if err := ctx.Err(); err != nil {
		return crop, err
	}
	box := image.Pt(smartBoxSide(crop.Dx(), scaled.X, size.X), smartBoxSide(crop.Dy(), scaled.Y, size.Y))
	found, ok := saliency.Best(small.(image.RGBA64Image), box)
	if !ok {
		return crop, nil
	}
	at := image.Pt(
		smartPlace(found.Min.X, found.Max.X, size.X, scaled.X, crop.Dx()),
		smartPlace(found.Min.Y, found.Max.Y, size.Y, scaled.Y, crop.Dy()))
	return crop.Sub(crop.Min).Add(at), nil
}

// smartCopy is the size of the copy of a picture that is looked at.
func smartCopy(size image.Point) image.Point {
	short, long := float64(min(size.X, size.Y)), float64(max(size.X, size.Y))
	return scaling.Size(size, min(saliency.Side/short, saliency.Side*smartRatio/long))
}

// smartBoxSide returns the side in a copy of the side crop of scaled.
func smartBoxSide(crop, scaled, small int) int {
	side := int(math.Round(float64(crop) / float64(scaled) * float64(small)))
	return min(max(side, smartBox), small)
}

// smartPlace returns where in scaled a crop begins that has the same centre as from-to in the copy.
// The boxes that were tried stood at multiples of a step and so, but for the first, short of the
// far edge; they are spread so that the first and the last touch the edges. A single one goes to
// the middle.
func smartPlace(from, to, small, scaled, crop int) int {
	side := to - from
	free := float64(small - side)
	at := free / 2
	if last := (small - side) / saliency.Step * saliency.Step; last > 0 {
		at = free * float64(from) / float64(last)
	}
	centre := (at + float64(side)/2) / float64(small) * float64(scaled)
	place := int(math.Round(centre - float64(crop)/2))
	return min(max(place, 0), scaled-crop)
}
