package processors

import (
	"context"
	"fmt"
	"image"
	"strconv"
	"strings"
)

// Focus crops like [Crop], but around a point that matters, instead of the middle: the box lies with
// that point in its middle, as far as the picture reaches. X and Y are in per cent of the upright
// original's width and height, from its upper left corner; values beyond 0 to 100 are taken as the
// nearest. The zero value focuses on the middle of the picture.
//
// In a path the point stands behind the method: focus_42_67.
type Focus struct{ X, Y int }

// With returns a Focus on the point that args names, such as "42_67".
func (Focus) With(args string) (Processor, error) {
	a, b, _ := strings.Cut(args, "_")
	x, errX := strconv.ParseUint(a, 10, 8)
	y, errY := strconv.ParseUint(b, 10, 8)
	f := Focus{int(x), int(y)}
	if errX != nil || errY != nil || x > 100 || y > 100 || f.FocusArgs(f.X, f.Y) != args {
		return nil, fmt.Errorf("focus %q is not two numbers of 0 to 100, such as 42_67", args)
	}
	if f == (Focus{}) {
		return corner{}, nil // which is not the middle
	}
	return f, nil
}

// FocusArgs returns the arguments of With for a point in per cent.
func (Focus) FocusArgs(x, y int) string {
	return fmt.Sprintf("%d_%d", min(max(x, 0), 100), min(max(y, 0), 100))
}

// Plan implements [Planner].
func (f Focus) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	if f == (Focus{}) {
		return Crop{}.Plan(original, width, height)
	}
	return focused(original, width, height, min(max(f.X, 0), 100), min(max(f.Y, 0), 100))
}

// Process implements [Processor].
func (f Focus) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, f, src, width, height)
}

// corner is Focus on the upper left corner.
type corner struct{ Focus }

func (corner) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return focused(original, width, height, 0, 0)
}

func (c corner) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, c, src, width, height)
}

// focused places the box of a crop around a point in per cent.
func focused(original image.Point, width, height, x, y int) (image.Point, image.Rectangle) {
	scaled, box := Crop{}.Plan(original, width, height)
	size := box.Size()
	at := image.Pt(place(scaled.X, size.X, x), place(scaled.Y, size.Y, y))
	return scaled, image.Rectangle{Min: at, Max: at.Add(size)}
}

// place returns where a box begins on a side so that the point at so many per cent of the side is in
// the box's middle, as far as the side reaches.
func place(side, box, percent int) int {
	return min(max((2*side*percent+100)/200-box/2, 0), side-box)
}
