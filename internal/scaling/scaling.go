// Package scaling executes the plan of a Planner of package processors: it finds the box, scales and crops. The
// processors pass whole pictures, and the engine passes pictures that may be reduced and not yet upright.
package scaling

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A Planner is a Planner of package processors.
type Planner interface {
	Plan(original image.Point, width, height int) (scaled image.Point, crop image.Rectangle)
}

// A Locator is a Locator of package processors.
type Locator interface {
	Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error)
}

// Box returns the size to which a picture is to be scaled, and the part of the scaled picture to keep. That part may extend beyond the
// scaled picture. If planner is a Locator, it receives the result of look: the whole picture, upright.
func Box(ctx context.Context, planner Planner, size image.Point, width, height int, look func() (image.Image, error)) (scaled image.Point, crop image.Rectangle, err error) {
	none := image.Rectangle{}
	if width < 0 || height < 0 || width == 0 && height == 0 {
		return scaled, none, fmt.Errorf("invalid thumbnail size %d×%d", width, height)
	}
	if size.X < 1 || size.Y < 1 {
		return scaled, none, errors.New("thumbnail of an empty picture")
	}
	scaled, crop = planner.Plan(size, width, height)
	whole := image.Rectangle{Max: scaled}
	if crop.Empty() || !crop.Overlaps(whole) {
		return scaled, none, fmt.Errorf("%T planned box %v of the scaled picture %v, which is empty or outside", planner, crop, scaled)
	}
	if locator, ok := planner.(Locator); ok && crop.Size() != scaled {
		img, err := look()
		if err != nil {
			return scaled, none, err
		}
		found, err := locator.Locate(ctx, img, scaled, crop)
		if err != nil {
			return scaled, none, err
		}
		if found.Size() != crop.Size() || !found.In(whole) {
			return scaled, none, fmt.Errorf("%T located box %v in the scaled picture %v; it must have size %v and lie inside", planner, found, scaled, crop.Size())
		}
		crop = found
	}
	return scaled, crop, ctx.Err()
}

// Cut scales img to the size scaled and keeps the box crop. The original of img has width × height pixels. Cut computes only the pixels of
// the box, by Lanczos-3 with premultiplied alpha and expanded palettes. If there is nothing to do, it returns img itself. Otherwise the
// caller passes the result to resample.Release when it is no longer used.
func Cut(ctx context.Context, img image.Image, width, height float64, scaled image.Point, crop image.Rectangle, options resample.Options) (image.Image, error) {
	crop = crop.Intersect(image.Rectangle{Max: scaled})
	x, y := width/float64(scaled.X), height/float64(scaled.Y)
	r := resample.Rect{X0: float64(crop.Min.X) * x, Y0: float64(crop.Min.Y) * y, X1: float64(crop.Max.X) * x, Y1: float64(crop.Max.Y) * y}
	if crop.Size() == img.Bounds().Size() && r == resample.Full(img.Bounds()) {
		return img, nil
	}
	return resample.Resize(ctx, img, r, crop.Size(), options)
}

// Whole scales all of img to size. If img has that size, Whole returns img itself.
func Whole(ctx context.Context, img image.Image, size image.Point) (image.Image, error) {
	if size == img.Bounds().Size() {
		return img, nil
	}
	return resample.Resize(ctx, img, resample.Full(img.Bounds()), size, resample.Options{})
}

// Size multiplies the sides of a size by a factor. A side is at least 1, and fits an int on every platform.
func Size(original image.Point, factor float64) image.Point {
	side := func(n int) int { return int(min(max(math.Round(float64(n)*factor), 1), math.MaxInt32)) }
	return image.Pt(side(original.X), side(original.Y))
}
