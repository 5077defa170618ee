package processors

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// resize scales the part r of img to size: Lanczos-3 in premultiplied alpha, palettes expanded.
// Where there is nothing to do it returns img itself.
func resize(img image.Image, r resample.Rect, size image.Point, options resample.Options) image.Image {
	if size == img.Bounds().Size() && r == resample.Full(img.Bounds()) {
		return img
	}
	return resample.Resize(img, r, size, options)
}

// whole scales all of img to size.
func whole(img image.Image, size image.Point) image.Image {
	return resize(img, resample.Full(img.Bounds()), size, resample.Options{})
}
