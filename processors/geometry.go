package processors

import (
	"context"
	"image"
	"math"
)

// Crop scales the picture to cover the box of width × height, and cuts off the parts outside the box, equally on
// both sides. The result has exactly the requested size; the picture is enlarged if necessary. If width or
// height is 0, nothing is cut off.
type Crop struct {
	// NoEnlarge prevents enlargement. If the picture does not cover the box, the result is the largest
	// picture with the aspect ratio of the box that needs no enlargement.
	NoEnlarge bool
}

// Plan implements [Planner].
func (c Crop) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	s := cover(original, width, height)
	if c.NoEnlarge && (scale{1, 1}).less(s) {
		return original, centered(original, s.inverse(width), s.inverse(height))
	}
	scaled := s.of(original)
	return scaled, centered(scaled, width, height)
}

// Process implements [Processor].
func (c Crop) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, c, src, width, height)
}

// Scale scales the picture to cover the box of width × height, and cuts nothing off. One side of the result has
// the requested length, and the other side is at least as long as requested. The picture is enlarged if
// necessary.
type Scale struct {
	// NoEnlarge leaves a picture unchanged if it does not cover the box.
	NoEnlarge bool
}

// Plan implements [Planner].
func (s Scale) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	by := cover(original, width, height)
	if s.NoEnlarge && (scale{1, 1}).less(by) {
		by = scale{1, 1}
	}
	scaled := by.of(original)
	return scaled, image.Rectangle{Max: scaled}
}

// Process implements [Processor].
func (s Scale) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, s, src, width, height)
}

// Fit shrinks the picture until it fits into the box of width × height. It never enlarges the picture.
type Fit struct{}

// Plan implements [Planner].
func (Fit) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	scaled := fit(original, width, height).of(original)
	return scaled, image.Rectangle{Max: scaled}
}

// Process implements [Processor].
func (f Fit) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, f, src, width, height)
}

// A scale is an exact fraction, so that sizes ending in one half are rounded correctly: 2448×(522/3264) is
// 391.5, but slightly less in floating point.
type scale struct{ num, den int }

// cover returns the scale at which original covers width × height. A side of 0 is ignored.
func cover(original image.Point, width, height int) scale {
	x, y := scale{width, original.X}, scale{height, original.Y}
	if x.less(y) {
		return y
	}
	return x
}

// fit returns the largest scale up to 1 at which original fits into width × height. A side of 0 is no
// limit.
func fit(original image.Point, width, height int) scale {
	s := scale{1, 1}
	if x := (scale{width, original.X}); width > 0 && x.less(s) {
		s = x
	}
	if y := (scale{height, original.Y}); height > 0 && y.less(s) {
		s = y
	}
	return s
}

func (s scale) less(t scale) bool { return int64(s.num)*int64(t.den) < int64(t.num)*int64(s.den) }

// of returns size times the scale, rounded half away from zero. A side is never 0, and fits an int on every
// platform.
func (s scale) of(size image.Point) image.Point {
	side := func(n int) int {
		num, den := int64(n)*int64(s.num), int64(s.den)
		return int(min(max((2*num+den)/(2*den), 1), math.MaxInt32))
	}
	return image.Pt(side(size.X), side(size.Y))
}

// inverse divides a side by the scale, which is greater than 1. 0 stays 0.
func (s scale) inverse(side int) int {
	if side == 0 {
		return 0
	}
	num, den := int64(s.num), int64(s.den)
	return int(max((2*int64(side)*den+num)/(2*num), 1))
}

// centered returns the box of width × height in the middle of scaled. A side of 0 means the whole side.
func centered(scaled image.Point, width, height int) image.Rectangle {
	size := scaled
	if width > 0 && height > 0 {
		size = image.Pt(min(width, scaled.X), min(height, scaled.Y))
	}
	at := scaled.Sub(size).Div(2)
	return image.Rectangle{Min: at, Max: at.Add(size)}
}
