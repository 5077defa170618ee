package processors

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/saliency"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

// Smart crops like [Crop], but around the subject of the picture rather than in the middle. The result has exactly the
// requested size and is the largest rectangle of its ratio; if all are equally good, it is the
// middle one.
//
// It looks at a copy with 400 pixels on the shorter side (but no more than 1600 on the longer); a picture that is
// smaller, or that the decoder has reduced to less, is enlarged to that. Edges, skin and saturated colors are weighed as in Jonas
// Wagner's smartcrop.js. Of the rectangles that this likes as much as the middle one, or better, Smart takes the one that has most of
// what is of rare colors or stands out from what is around, and whose sides cut through the least of it. So it never does worse
// than [Crop], by either measure; it shows a large subject whole where that is possible, and a mountain with its sky rather than the
// meadow in front of it. docs/smart.md has figures.
type Smart struct {
	NoEnlarge bool // as that of Crop
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

// smartPlace returns where in the original's room a crop begins that begins at a place in the copy's room. What is
// in the middle there is where the middle one begins here.
func smartPlace(at, free, room, middle int) int {
	if at == free/2 {
		return middle
	}
	return int(math.Round(float64(at) / float64(free) * float64(room)))
}
