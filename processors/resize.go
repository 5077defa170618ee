package processors

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/processors/internal/resample"
)

// resize scales the part r of img to size: Lanczos-3 in premultiplied alpha, palettes expanded. Where there is
// nothing to do it returns img itself.
func resize(img image.Image, r region, size image.Point) image.Image {
	b := img.Bounds()
	if size == b.Size() && r == (region{0, 0, float64(b.Dx()), float64(b.Dy())}) {
		return img
	}
	return resample.Resize(img, resample.Rect{X0: r.x0, Y0: r.y0, X1: r.x1, Y1: r.y1}, size, resample.Options{})
}

// whole scales all of img to size.
func whole(img image.Image, size image.Point) image.Image {
	b := img.Bounds()
	return resize(img, region{0, 0, float64(b.Dx()), float64(b.Dy())}, size)
}
