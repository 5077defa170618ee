package saliency

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

const (
	maxRatio = 4  // the largest aspect ratio at which the shorter side of the copy has Side pixels
	minBox   = 16 // in pixels of the copy: boxes with a shorter side are too small to be rated
)

// Locate moves crop, the middle box of a picture of the size scaled. It chooses a box by [Picture.Choose] in a
// copy of the picture with [Side] pixels on the shorter side, and returns crop at the corresponding position. If
// the picture has no feature to choose by, crop is unchanged.
func Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	if err := ctx.Err(); err != nil {
		return crop, err
	}
	size := copySize(img.Bounds().Size())
	only := resample.Options{Columns: kept(size.X), Rows: kept(size.Y)}
	if len(only.Columns) == 0 || len(only.Rows) == 0 {
		return crop, nil // the copy is too narrow for a cell
	}
	small, err := resample.Resize(ctx, img, resample.Full(img.Bounds()), size, only)
	if err != nil {
		return crop, err
	}
	defer resample.Release(ctx, small)
	if err := ctx.Err(); err != nil {
		return crop, err
	}
	picture := &Picture{bounds: image.Rectangle{Max: size}, view: see(sparse(small.(image.RGBA64Image), size))}
	if picture.view.plain {
		return crop, nil
	}
	found, ok := picture.Choose(image.Pt(boxSide(crop.Dx(), scaled.X, size.X), boxSide(crop.Dy(), scaled.Y, size.Y)))
	if !ok {
		return crop, nil
	}
	at := image.Pt(
		placeOf(found.Min.X, size.X-found.Dx(), scaled.X-crop.Dx(), crop.Min.X),
		placeOf(found.Min.Y, size.Y-found.Dy(), scaled.Y-crop.Dy(), crop.Min.Y))
	return crop.Sub(crop.Min).Add(at), nil
}

// copySize returns the size of the examined copy of a picture.
func copySize(size image.Point) image.Point {
	short, long := float64(min(size.X, size.Y)), float64(max(size.X, size.Y))
	return scaling.Size(size, min(Side/short, Side*maxRatio/long))
}

// boxSide converts a side of a box from the scaled picture to the copy. scaled and small are the sides of these two
// pictures.
func boxSide(crop, scaled, small int) int {
	side := int(math.Round(float64(crop) / float64(scaled) * float64(small)))
	return min(max(side, minBox), small)
}

// placeOf converts the position of a crop from the copy to the original. The middle position in the copy
// becomes the middle position in the original.
func placeOf(at, free, room, middle int) int {
	if at == free/2 {
		return middle
	}
	return int(math.Round(float64(at) / float64(free) * float64(room)))
}
