package processors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
)

// Animate is [Picture.Apply] to all frames. It returns an [Animation] if the picture is the first
// frame of one that is within limit, and else what Apply does. One frame is processed after the
// other, each on the whole canvas, with one crop box for all, which is found in the first. The
// errors are those of Apply and of [Decode]; data that Decode was given must not have changed.
//
// All frames but the first are made while they are encoded: until then ctx must not end, and only
// then it shows whether they are damaged. Frames that look the same become one, unless the delay of
// either is 0 or 1, for which viewers put one of their own. Should proc make frames of different
// sizes, their sequence ends with an error, and [Picture.Encode] encodes the first alone.
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
	if len(file.Frames) < 2 || !limit.allows(len(file.Frames), pixelsOf(file), still.Bounds().Size(), file.Screen) {
		return still, nil
	}
	_, planned := proc.(Planner)
	kept := !planned || still.Bounds().Size() == file.Screen
	moving := &Animation{Image: still, LoopCount: file.LoopCount, Scaled: still.Bounds().Size() != file.Screen}
	moving.Frames = func(yield func(Frame, error) bool) {
		maker := &frameMaker{picture: p, apply: apply, file: file, canvas: gif.NewCanvas(file.Screen), kept: kept, original: true}
		err := maker.makeAll(ctx, still.Bounds().Size(), func(f Frame) bool { return yield(f, nil) })
		moving.original = err == nil && maker.original
		if err != nil && err != errStopped {
			yield(Frame{}, err)
		}
	}
	return moving, nil
}

// errStopped says that nobody wants more frames, errSizes that they have several sizes.
var errStopped, errSizes = errors.New("stopped"), errors.New("frames of several sizes")

// A frameMaker makes the frames of an animation.
type frameMaker struct {
	picture  *Picture // with what is to be done to the pixels
	apply    applyFunc
	file     *gif.File
	canvas   *gif.Canvas
	decoder  gif.Decoder
	kept     bool // apply may return what it is given
	original bool // all frames so far are as in the file
}

// makeAll makes all frames and joins those that look the same.
func (m *frameMaker) makeAll(ctx context.Context, size image.Point, yield func(Frame) bool) error {
	var last Frame // which may be shown for longer
	for i := range m.file.Frames {
		img, err := m.makeOne(ctx, i, last.Image)
		if err != nil {
			return err
		}
		if img.Rect.Size() != size {
			return errSizes
		}
		next := Frame{img, m.file.Frames[i].Delay}
		if last.Image != nil {
			if sum, ok := gif.Merge(last.Delay, next.Delay); ok && samePixels(last.Image, next.Image) {
				last.Delay = sum
				continue
			}
			if !yield(last) {
				return errStopped
			}
		}
		last = next
	}
	if !yield(last) {
		return errStopped
	}
	return nil
}

// makeOne makes frame i, which may be last, the one before, again.
func (m *frameMaker) makeOne(ctx context.Context, i int, last *image.NRGBA) (*image.NRGBA, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	changed, err := m.canvas.Draw(ctx, &m.decoder, &m.file.Frames[i])
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("decode gif: frame %d: %w: %w", i, ErrCorrupt, err)
	case last != nil && !changed:
		return last, nil
	}
	frame := *m.picture
	frame.img = m.canvas.Image
	if m.kept {
		frame.img = clone(m.canvas.Image)
	}
	thumb, err := m.apply(ctx, &frame)
	if err != nil {
		return nil, fmt.Errorf("frame %d: %w", i, err)
	}
	m.original = m.original && m.kept && thumb == frame.img
	return compact(toNRGBA(thumb)), nil
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
