package processors

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/saliency"
)

// Smart crops like [Crop], but around the subject of the picture instead of the middle. The result has
// exactly the requested size and is the largest rectangle of its aspect ratio. If all positions are equally
// good, Smart takes the middle one.
//
// Smart examines a copy with 400 pixels on the shorter side (but no more than 1600 on the longer side); a smaller
// picture, or one that the decoder has reduced to a smaller size, is enlarged to that size. Edges, skin and
// saturated colors are weighted as in Jonas Wagner's smartcrop.js. Among the rectangles that score at least as
// high as the middle one, Smart takes the best one by a second measure. It rewards rare colors, and parts that
// stand out from their surroundings, inside the rectangle, and penalizes sides that cut through them. So Smart is
// never worse than [Crop] by either measure. It shows a large subject whole if possible, and a mountain with its
// sky rather than the meadow in front of it. docs/smart.md has figures.
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

// Locate implements [Locator].
func (Smart) Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	return saliency.Locate(ctx, img, scaled, crop)
}
