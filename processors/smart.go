package processors

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/saliency"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

// Smart crops like [Crop], but around the subject of the picture instead of the middle. The result has
// exactly the requested size and is the largest rectangle of its aspect ratio. If all positions are equally
// good, Smart takes the middle one.
//
// Smart examines a copy with 400 pixels on the shorter side (but no more than 1600 on the longer side); a
// smaller picture, or one that the decoder has reduced to a smaller size, is enlarged to that size. Edges,
// skin and saturated colors are weighted as in Jonas Wagner's smartcrop.js. Among the rectangles that score
// at least as high as the middle one, Smart takes the one that contains most of the rare colors and of the
// parts that stand out from their surroundings, and whose sides cut through the fewest of them. So Smart is
// never worse than [Crop] by either measure. It shows a large subject whole if possible, and a mountain
// with its sky rather than the meadow in front of it. docs/smart.md has figures.
type Smart struct {
	NoEnlarge bool // see [Crop]
}

// Plan implements [Planner].
func (s Smart) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return Crop(s).Plan(original, width, height)
}

// Process implements [Processor].
func (s Smart) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, s, src, width, height)
}

const (
	smartRatio = 4  // the largest aspect ratio at which the copy has all the pixels of its shorter side
	smartBox   = 16 // pixels of the copy: a box with a shorter side shows too little to be rated
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
	picture, ok := saliency.Look(small.(image.RGBA64Image))
	if !ok {
		return crop, nil
	}
	found, ok := picture.Choose(image.Pt(smartBoxSide(crop.Dx(), scaled.X, size.X), smartBoxSide(crop.Dy(), scaled.Y, size.Y)))
	if !ok {
		return crop, nil
	}
	at := image.Pt(
		smartPlace(found.Min.X, size.X-found.Dx(), scaled.X-crop.Dx(), crop.Min.X),
		smartPlace(found.Min.Y, size.Y-found.Dy(), scaled.Y-crop.Dy(), crop.Min.Y))
	return crop.Sub(crop.Min).Add(at), nil
}

// smartCopy returns the size of the examined copy of a picture.
func smartCopy(size image.Point) image.Point {
	short, long := float64(min(size.X, size.Y)), float64(max(size.X, size.Y))
	return scaling.Size(size, min(saliency.Side/short, saliency.Side*smartRatio/long))
}

// smartBoxSide returns the side in the copy that corresponds to the side crop of scaled.
func smartBoxSide(crop, scaled, small int) int {
	side := int(math.Round(float64(crop) / float64(scaled) * float64(small)))
	return min(max(side, smartBox), small)
}

// smartPlace converts the position of a crop from the copy to the original. The middle position in the copy
// becomes the middle position in the original.
func smartPlace(at, free, room, middle int) int {
	if at == free/2 {
		return middle
	}
	return int(math.Round(float64(at) / float64(free) * float64(room)))
}
