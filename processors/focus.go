package processors

import (
	"context"
	"fmt"
	"image"
	"strconv"
	"strings"
)

// Focus crops like [Crop], but around a focal point instead of the middle. The box is centered on that
// point, or as close to it as the edges of the picture allow. X and Y are in percent of the upright
// original's width and height, from its upper left corner; values outside 0 to 100 are clamped. The zero
// value, and any Focus at (0,0), has no focal point and crops around the middle.
//
// In a path the point follows the method: focus_42_67. In a path, unlike the zero value, focus_0_0 means the
// upper left corner.
type Focus struct {
	X, Y      int
	NoEnlarge bool // see [Crop]
}

// With returns a Focus at the point that args names, such as "42_67".
func (f Focus) With(args string) (Processor, error) {
	a, b, _ := strings.Cut(args, "_")
	x, errX := strconv.ParseUint(a, 10, 8)
	y, errY := strconv.ParseUint(b, 10, 8)
	f.X, f.Y = int(x), int(y)
	if errX != nil || errY != nil || x > 100 || y > 100 || f.FocusArgs(f.X, f.Y) != args {
		return nil, fmt.Errorf("focus %q is not two numbers of 0 to 100, such as 42_67", args)
	}
	if x == 0 && y == 0 {
		return corner{f}, nil
	}
	return f, nil
}

// FocusArgs returns the arguments of With for a point in percent.
func (Focus) FocusArgs(x, y int) string {
	return fmt.Sprintf("%d_%d", min(max(x, 0), 100), min(max(y, 0), 100))
}

// Plan implements [Planner].
func (f Focus) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	if f.X == 0 && f.Y == 0 {
		return Crop{NoEnlarge: f.NoEnlarge}.Plan(original, width, height)
	}
	return f.around(original, width, height)
}

// Process implements [Processor].
func (f Focus) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, f, src, width, height)
}

// corner is a Focus at the upper left corner.
type corner struct{ Focus }

func (c corner) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return c.around(original, width, height)
}

func (c corner) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, c, src, width, height)
}

// around centers the box of a crop on the focal point.
func (f Focus) around(original image.Point, width, height int) (image.Point, image.Rectangle) {
	scaled, box := Crop{NoEnlarge: f.NoEnlarge}.Plan(original, width, height)
	size := box.Size()
	at := image.Pt(place(scaled.X, size.X, f.X), place(scaled.Y, size.Y, f.Y))
	return scaled, image.Rectangle{Min: at, Max: at.Add(size)}
}

// place returns where a box has to begin on a side so that its middle is at the given percentage of the side, or as
// close to that as the side allows.
func place(side, box, percent int) int {
	percent = min(max(percent, 0), 100)
	return min(max((2*side*percent+100)/200-box/2, 0), side-box)
}
