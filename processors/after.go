package processors

import (
	"context"
	"fmt"
	"image"
	"image/draw"
)

// After returns a Processor that calls p and then lets change draw on the result, for example a watermark
// or a frame. change receives a copy of the picture, of type *image.NRGBA with its upper left corner at
// (0,0). Any number of goroutines may call change at once. The returned Processor is a [Planner], is a
// [Locator], and takes arguments if p does.
//
//	Processors: thumbnail.Processors{"marked": processors.After(processors.Crop{}, watermark)}
func After(p Processor, change func(draw.Image)) Processor {
	a := after{p, change}
	switch p := p.(type) {
	case Locator:
		return afterLocator{afterPlanner{a, p}, p}
	case Planner:
		return afterPlanner{a, p}
	}
	return a
}

type after struct {
	inner  Processor
	change func(draw.Image)
}

// Process implements [Processor].
func (a after) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	img, err := a.inner.Process(ctx, src, width, height)
	if err != nil || img == nil {
		return img, err
	}
	size := image.Rectangle{Max: img.Bounds().Size()}
	if err := Reserve(ctx, 4*int64(size.Dx())*int64(size.Dy())); err != nil {
		return nil, err
	}
	out := image.NewNRGBA(size)
	draw.Draw(out, size, img, img.Bounds().Min, draw.Src)
	a.change(out)
	return out, nil
}

// With passes the arguments to the inner Processor.
func (a after) With(args string) (Processor, error) {
	w, ok := a.inner.(interface {
		With(args string) (Processor, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T takes no arguments", a.inner)
	}
	p, err := w.With(args)
	if err != nil {
		return nil, err
	}
	return After(p, a.change), nil
}

// Unwrap returns the Processor whose results are changed.
func (a after) Unwrap() Processor { return a.inner }

type afterPlanner struct {
	after
	planner Planner
}

// Plan implements [Planner].
func (a afterPlanner) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return a.planner.Plan(original, width, height)
}

type afterLocator struct {
	afterPlanner
	locator Locator
}

// Locate implements [Locator].
func (a afterLocator) Locate(ctx context.Context, img image.Image, scaled image.Point, crop image.Rectangle) (image.Rectangle, error) {
	return a.locator.Locate(ctx, img, scaled, crop)
}
