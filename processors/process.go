package processors

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

// process implements Process for the processors that are fully described by their plan.
func process(ctx context.Context, p Planner, src image.Image, width, height int) (image.Image, error) {
	size := src.Bounds().Size()
	scaled, crop, err := scaling.Box(ctx, p, size, width, height, func() (image.Image, error) { return src, nil })
	if err != nil {
		return nil, err
	}
	return scaling.Cut(ctx, src, float64(size.X), float64(size.Y), scaled, crop, resample.Options{})
}
