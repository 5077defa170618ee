package processors

import (
	"context"
	"image"
	"math"

	"github.com/muesli/smartcrop"
)

// Smart crops like [Crop], but where the picture has its subject rather than in the middle: edges, skin,
// saturated colours, as github.com/muesli/smartcrop weighs them. The result has exactly the size asked for and is
// the largest rectangle of its ratio.
type Smart struct{}

// Plan implements [Planner].
func (Smart) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return Crop{}.Plan(original, width, height)
}

// Process implements [Processor].
func (s Smart) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, s, src, width, height)
}

const (
	smartSide  = 200 // pixels of the copy's shorter side
	smartRatio = 4   // of a copy whose longer side is not limited in turn
	smartBox   = 16  // pixels of the copy: a box with a shorter side has too little in it to be judged
	smartStep  = 8   // pixels between the boxes that smartcrop tries, from the upper left corner on
)

// Locate implements [Locator].
func (Smart) Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	return smartLocate(ctx, img, scaled, crop, smartSide)
}

// smartLocate looks at a copy whose shorter side has no more than side pixels.
func smartLocate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle, side float64) (image.Rectangle, error) {
	size := img.Bounds().Size()
	shrink := max(float64(min(size.X, size.Y))/side, float64(max(size.X, size.Y))/(side*smartRatio), 1)
	small := whole(img, scaledSize(size, 1/shrink))
	if err := ctx.Err(); err != nil {
		return crop, err
	}

	// smartcrop enlarges the box until it touches the copy's edges; one that does already is the only size it tries.
	size = small.Bounds().Size()
	box := image.Pt(smartBoxSide(crop.Dx(), scaled.X, size.X), smartBoxSide(crop.Dy(), scaled.Y, size.Y))
	found, ok := bestBox(small, box)
	if err := ctx.Err(); !ok || err != nil {
		return crop, err
	}
	if found.Min == (image.Point{}) {
		// The first box tried is the best, or all are as good: then it is so from the other end, too.
		if turned, ok := bestBox(orient(small, 3), box); !ok || turned.Min == (image.Point{}) {
			return crop, ctx.Err()
		}
	}
	at := image.Pt(
		smartPlace(found.Min.X, found.Max.X, size.X, scaled.X, crop.Dx()),
		smartPlace(found.Min.Y, found.Max.Y, size.Y, scaled.Y, crop.Dy()))
	return crop.Sub(crop.Min).Add(at), ctx.Err()
}

// bestBox returns the best box of that size in img. ok is false if smartcrop finds none.
func bestBox(img image.Image, box image.Point) (found image.Rectangle, ok bool) {
	img = atOrigin(img) // it takes that for granted
	found, err := smartcrop.NewAnalyzer(resizer{}).FindBestCrop(img, box.X, box.Y)
	return found, err == nil && !found.Empty() && found.In(img.Bounds())
}

// smartBoxSide returns the side in a copy of the side crop of scaled.
func smartBoxSide(crop, scaled, small int) int {
	side := int(math.Round(float64(crop) / float64(scaled) * float64(small)))
	return min(max(side, smartBox), small)
}

// smartPlace returns where in scaled a crop begins that has the same centre as from-to in the copy. The boxes
// that smartcrop tried stood at multiples of its step and so, but for the first, short of the far edge; they are
// spread so that the first and the last touch the edges. A single one goes to the middle.
func smartPlace(from, to, small, scaled, crop int) int {
	side := to - from
	free := float64(small - side)
	at := free / 2
	if last := (small - side) / smartStep * smartStep; last > 0 {
		at = free * float64(from) / float64(last)
	}
	centre := (at + float64(side)/2) / float64(small) * float64(scaled)
	place := int(math.Round(centre - float64(crop)/2))
	return min(max(place, 0), scaled-crop)
}

// resizer is this package's resampling as smartcrop wants it. A height of 0 follows from the width.
type resizer struct{}

func (resizer) Resize(img image.Image, width, height uint) image.Image {
	size := img.Bounds().Size()
	if height == 0 {
		return whole(img, scaledSize(size, float64(width)/float64(size.X)))
	}
	return whole(img, image.Pt(int(width), int(height)))
}
