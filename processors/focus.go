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
// nearest. A Focus on (0,0), as the zero value, stands for one without a point and takes the middle.
//
// In a path the point stands behind the method: focus_42_67. There focus_0_0 is the corner.
type Focus struct {
	X, Y      int
	NoEnlarge bool // as that of Crop
}

// With returns a Focus on the point that args names, such as "42_67".
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

// FocusArgs returns the arguments of With for a point in per cent.
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

// corner is Focus on the upper left corner.
type corner struct{ Focus }

func (c corner) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return c.around(original, width, height)
}

func (c corner) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return process(ctx, c, src, width, height)
}

// around places the box of a crop around the point.
func (f Focus) around(original image.Point, width, height int) (image.Point, image.Rectangle) {
	scaled, box := Crop{NoEnlarge: f.NoEnlarge}.Plan(original, width, height)
	size := box.Size()
	at := image.Pt(place(scaled.X, size.X, f.X), place(scaled.Y, size.Y, f.Y))
	return scaled, image.Rectangle{Min: at, Max: at.Add(size)}
}

// place returns where a box begins on a side so that the point at so many per cent of the side is in
// the box's middle, as far as the side reaches.
func place(side, box, percent int) int {
	percent = min(max(percent, 0), 100)
	return min(max((2*side*percent+100)/200-box/2, 0), side-box)
}
