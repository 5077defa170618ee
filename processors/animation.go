package processors

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/processors/internal/gif"
)

// An Animation is a moving picture. As an image it is its first frame.
type Animation struct {
	Frames    []*image.NRGBA // as they are seen; of one size, with the upper left corner at (0,0)
	Delays    []int          // how long each is shown, in 1/100 s; 0 is left to the viewer
	LoopCount int            // as in package image/gif: -1 plays once, 0 for ever, n plays n+1 times

	original bool // every frame is as in the file
}

// ColorModel, Bounds, At and Opaque are those of the first frame.
func (a *Animation) ColorModel() color.Model { return color.NRGBAModel }
func (a *Animation) Bounds() image.Rectangle { return a.Frames[0].Rect }
func (a *Animation) At(x, y int) color.Color { return a.Frames[0].At(x, y) }
func (a *Animation) Opaque() bool            { return a.Frames[0].Opaque() }

// An Animator is an Encoder that may be able to write an [Animation]. If Animates returns true,
// Encode accepts one.
type Animator interface {
	Animates() bool
}

// Animates reports whether encoder accepts an [Animation]. Others are given the first frame.
func Animates(encoder any) bool {
	a, ok := encoder.(Animator)
	return ok && a.Animates()
}

// MaxFrames limits the frames of an animation, whatever the [AnimationLimit].
const MaxFrames = 1000

// An AnimationLimit says which animations are processed whole. Others become their first frame, a
// still picture.
type AnimationLimit struct {
	Pixels int64 // frames × width × height, of the original and of the result
	Bytes  int64 // memory for the frames of the result: see AnimationBytes
}

// bytesFor is the memory for n frames of the result, as NRGBA, in a palette, and what is compressed
// of that, and for the canvas: itself, what lay below the frame on it, and a copy for the
// processor.
func bytesFor(n int64, result, canvas image.Point) int64 { return 6*n*area(result) + 12*area(canvas) }

// AnimationBytes returns the memory in bytes, at most limit, that the frames of a thumbnail of that
// size may take, or 0 if the original is not an animation or is beyond the limit. The zero Point is
// for an unknown size.
func (h Header) AnimationBytes(result image.Point, limit int64) int64 {
	switch {
	case h.Format != "gif", h.frames == 1, h.frames > MaxFrames:
		return 0
	case result == image.Point{}:
		return limit
	case h.frames == 0:
		return min(bytesFor(MaxFrames, result, h.stored), limit)
	}
	if n := bytesFor(int64(h.frames), result, h.stored); n <= limit {
		return n
	}
	return 0
}

func area(size image.Point) int64 { return int64(size.X) * int64(size.Y) }

func (l AnimationLimit) allows(file *gif.File, result image.Point) bool {
	n := int64(len(file.Frames))
	var original int64
	for i := range file.Frames { // one may be larger than the canvas
		original += max(area(file.Screen), area(file.Frames[i].Rect.Size()))
	}
	return n <= MaxFrames && original <= l.Pixels && n*area(result) <= l.Pixels && bytesFor(n, result, file.Screen) <= l.Bytes
}

// Animate is like [Picture.Apply] for all frames. If the picture is the first frame of an animation
// that is within limit, it returns an [Animation], otherwise what Apply returns. The frames are
// processed one after the other, each on the whole canvas, with one crop box for all, which is
// found in the first. The errors are those of Apply and of [Decode]; the data that Decode was given
// must not have changed.
//
// Frames that look the same become one, unless the delay of either is 0 or 1, which viewers replace
// by one of their own. If proc makes frames of different sizes, only the first is returned.
func (p *Picture) Animate(ctx context.Context, proc Processor, width, height int, limit AnimationLimit) (image.Image, error) {
	apply, err := p.prepare(ctx, proc, width, height)
	if err != nil {
		return nil, err
	}
	still, err := apply(ctx, p)
	if err != nil || p.header.Format != "gif" {
		return still, err
	}
	file, damage := gif.Parse(p.data, MaxFrames+1)
	if damage != nil && len(file.Frames) > 0 { // in the first frame it would have been found before
		return nil, fmt.Errorf("decode gif: %w: %w", ErrCorrupt, damage)
	}
	if len(file.Frames) < 2 || !limit.allows(file, still.Bounds().Size()) {
		return still, nil
	}
	_, planned := proc.(Planner)
	moving, err := p.animate(ctx, apply, file, !planned || still.Bounds().Size() == file.Screen)
	if err != nil || moving == nil {
		return still, err
	}
	return moving, nil
}

// animate returns nil if the results have several sizes. kept says that apply may return what it is
// given.
func (p *Picture) animate(ctx context.Context, apply applyFunc, file *gif.File, kept bool) (*Animation, error) {
	moving := &Animation{LoopCount: file.LoopCount, original: true}
	canvas := gif.NewCanvas(file.Screen)
	var decoder gif.Decoder
	for i := range file.Frames {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		changed, err := canvas.Draw(ctx, &decoder, &file.Frames[i])
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, fmt.Errorf("decode gif: frame %d: %w: %w", i, ErrCorrupt, err)
		}
		delay := file.Frames[i].Delay
		if i > 0 && !changed {
			moving.add(moving.Frames[len(moving.Frames)-1], delay)
			continue
		}
		frame := *p // with what is to be done to the pixels
		frame.img = canvas.Image
		if kept {
			frame.img = clone(canvas.Image)
		}
		thumb, err := apply(ctx, &frame)
		if err != nil {
			return nil, err
		}
		moving.original = moving.original && kept && thumb == frame.img
		small := compact(toNRGBA(thumb))
		if i > 0 && small.Rect != moving.Bounds() {
			return nil, nil
		}
		moving.add(small, delay)
	}
	return moving, nil
}

// add appends a frame, or makes the last one longer.
func (a *Animation) add(frame *image.NRGBA, delay int) {
	if last := len(a.Frames) - 1; last >= 0 {
		if sum, ok := gif.Merge(a.Delays[last], delay); ok && samePixels(a.Frames[last], frame) {
			a.Delays[last] = sum
			return
		}
	}
	a.Frames, a.Delays = append(a.Frames, frame), append(a.Delays, delay)
}

func samePixels(a, b *image.NRGBA) bool {
	if a == b {
		return true
	}
	for y := range a.Rect.Dy() {
		n := 4 * a.Rect.Dx()
		if !bytes.Equal(a.Pix[y*a.Stride:][:n], b.Pix[y*b.Stride:][:n]) {
			return false
		}
	}
	return true
}

// compact returns img without the pixels around it.
func compact(img *image.NRGBA) *image.NRGBA {
	if img.Stride == 4*img.Rect.Dx() && cap(img.Pix) <= 2*len(img.Pix) {
		return img
	}
	out := image.NewNRGBA(img.Rect)
	for y := range out.Rect.Dy() {
		copy(out.Pix[y*out.Stride:][:out.Stride], img.Pix[y*img.Stride:])
	}
	return out
}

func clone(img *image.RGBA) *image.RGBA {
	c := *img
	c.Pix = bytes.Clone(img.Pix)
	return &c
}
