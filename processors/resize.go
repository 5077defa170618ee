package processors

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// resize scales the part r of img to size: Lanczos-3 in premultiplied alpha, palettes expanded.
// Where there is nothing to do it returns img itself.
func resize(ctx context.Context, img image.Image, r resample.Rect, size image.Point, options resample.Options) (image.Image, error) {
	if size == img.Bounds().Size() && r == resample.Full(img.Bounds()) {
		return img, nil
	}
	return resample.Resize(ctx, img, r, size, options)
}

// whole scales all of img to size.
func whole(ctx context.Context, img image.Image, size image.Point) (image.Image, error) {
	return resize(ctx, img, resample.Full(img.Bounds()), size, resample.Options{})
}
