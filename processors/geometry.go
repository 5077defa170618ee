package processors

import (
	"context"
	"image"
	"math"
)

// Crop covers the box of width × height with the picture and cuts off what protrudes, equally on both sides. The
// result has exactly the size asked for, enlarged if need be. With one dimension given, nothing is cut off.
type Crop struct{}

// Plan implements [Planner].
func (Crop) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	scaled := scaledSize(original, coverScale(original, width, height))
	return scaled, centred(scaled, width, height)
}

// Process implements [Processor].
func (c Crop) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, c, src, width, height)
}

// Scale covers the box of width × height with the picture and cuts nothing off: the result has one side as asked
// for, and the other is at least as long as asked for. It is enlarged if need be.
type Scale struct{}

// Plan implements [Planner].
func (Scale) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	scaled := scaledSize(original, coverScale(original, width, height))
	return scaled, image.Rectangle{Max: scaled}
}

// Process implements [Processor].
func (s Scale) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, s, src, width, height)
}

// Fit shrinks the picture until it fits into the box of width × height. It is never enlarged.
type Fit struct{}

// Plan implements [Planner].
func (Fit) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	scale := 1.0
	if width > 0 {
		scale = min(scale, float64(width)/float64(original.X))
	}
	if height > 0 {
		scale = min(scale, float64(height)/float64(original.Y))
	}
	scaled := scaledSize(original, scale)
	return scaled, image.Rectangle{Max: scaled}
}

// Process implements [Processor].
func (f Fit) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, f, src, width, height)
}

// coverScale returns the factor by which original grows to cover width × height; a 0 asks for nothing.
func coverScale(original image.Point, width, height int) float64 {
	return max(float64(width)/float64(original.X), float64(height)/float64(original.Y))
}

// scaledSize rounds half away from zero. A side is never 0, and fits an int everywhere.
func scaledSize(original image.Point, scale float64) image.Point {
	side := func(n int) int {
		return int(min(max(math.Round(float64(n)*scale), 1), math.MaxInt32))
	}
	return image.Pt(side(original.X), side(original.Y))
}

// centred returns the box of width × height in the middle of scaled. A 0 stands for the whole side.
func centred(scaled image.Point, width, height int) image.Rectangle {
	size := scaled
	if width > 0 && height > 0 {
		size = image.Pt(min(width, scaled.X), min(height, scaled.Y))
	}
	at := scaled.Sub(size).Div(2)
	return image.Rectangle{Min: at, Max: at.Add(size)}
}
