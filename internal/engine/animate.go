package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// animate calls [Picture.Apply] on every frame. It returns a processors.Animation if the original is an
// animation and its thumbnail stays within limit; otherwise it returns the result of Apply. The frames are
// processed one after the other, each as the whole canvas. All frames have the crop box of the first one.
//
// All frames but the first are made during encoding. So ctx must not end before the thumbnail is encoded, and the
// encoder returns the error of a damaged frame. Consecutive frames that look the same become one frame, unless the delay
// of one of them is 0 or 10 ms: viewers replace these delays by a default. If proc makes frames of different sizes, the
// sequence ends with an error, and [Picture.Encode] encodes only the first frame.
func (p *Picture) animate(ctx context.Context, proc processors.Processor, width, height int, limit animationLimit) (image.Image, error) {
	apply, err := p.prepare(ctx, proc, width, height)
	if err != nil {
		return nil, err
	}
	still, err := apply(ctx, p)
	if err != nil || p.header.Format.Frames == nil || !limit.allows(p.header, still.Bounds().Size()) {
		return still, err
	}
	before := codec.AccountOf(ctx).Used()
	first, err := p.header.Format.Frames(ctx, p.data, p.header, codec.Options{Tolerant: p.tolerant})
	if err != nil {
		return nil, imageError(ctx, "decode", p.header.Format.Name, err)
	}
	held := codec.AccountOf(ctx).Used() - before
	_, planned := ability.Find[processors.Planner](proc)
	moving := &processors.Animation{Image: still, LoopCount: first.LoopCount(), Scaled: still.Bounds().Size() != p.header.Stored}
	colors := &seenColors{many: p.header.Described}
	if moving.Scaled {
		moving.Colors = func() []color.NRGBA { return colors.list() }
	}
	moving.Frames = func(yield func(processors.Frame, error) bool) {
		m := &movie{picture: p, apply: apply, original: true, kept: !planned || still.Bounds().Size() == p.header.Stored, frames: first, held: held}
		if moving.Scaled {
			*colors = seenColors{many: p.header.Described}
			m.colors = colors
		}
		first, held = nil, 0
		err := m.makeAll(ctx, still.Bounds().Size(), func(f processors.Frame) bool { return yield(f, nil) })
		m.close(ctx)
		p.moving, p.movingOriginal = moving, err == nil && m.original
		if err != nil && err != errStopped {
			yield(processors.Frame{}, err)
		}
	}
	return moving, nil
}

// errStopped means that the consumer stopped the iteration; errSizes means that the frames differ in size.
var errStopped, errSizes = errors.New("stopped"), errors.New("frames of several sizes")

// A movie makes the frames of an animated thumbnail.
type movie struct {
	picture  *Picture // with the steps to apply to its pixels
	apply    applyFunc
	frames   codec.Frames // nil: to be opened again
	held     int64        // bytes that frames has taken from the account
	kept     bool         // apply may return the frame itself, in the memory of the canvas
	original bool         // no frame so far differs from the file
	colors   *seenColors  // colors of the frames so far, or nil if the encoder does not need them
}

// makeAll makes all frames and joins those that look the same.
func (m *movie) makeAll(ctx context.Context, size image.Point, yield func(processors.Frame) bool) error {
	if err := m.open(ctx); err != nil {
		return err
	}
	var last processors.Frame // not yielded yet, because its delay may still grow
	for i := 0; ; i++ {
		next, err := m.makeOne(ctx, i, last.Image)
		switch {
		case err == io.EOF && last.Image != nil:
			if !yield(last) {
				return errStopped
			}
			pixels.Give(ctx, last.Image)
			return nil
		case err != nil:
			return err
		case next.Image.Rect.Size() != size:
			return errSizes
		}
		if last.Image != nil {
			sum, ok := joined(last.Delay, next.Delay)
			if ok && samePixels(last.Image, next.Image) {
				last.Delay = sum
				if next.Image != last.Image {
					pixels.Give(ctx, next.Image)
				}
				continue
			}
			if !yield(last) {
				return errStopped
			}
			if next.Image != last.Image {
				pixels.Give(ctx, last.Image)
			}
		}
		last = next
	}
}

func (m *movie) open(ctx context.Context) (err error) {
	if m.frames != nil {
		return nil
	}
	p := m.picture
	before := codec.AccountOf(ctx).Used()
	m.frames, err = p.header.Format.Frames(ctx, p.data, p.header, codec.Options{Tolerant: p.tolerant})
	m.held += codec.AccountOf(ctx).Used() - before
	return imageError(ctx, "decode", p.header.Format.Name, err)
}

// close gives the memory of the frames back.
func (m *movie) close(ctx context.Context) {
	codec.AccountOf(ctx).Give(m.held)
	m.held, m.frames = 0, nil
}

// next returns frame i of the file. If the Engine is tolerant, a damaged frame ends the animation, unless it is
// the first one.
func (m *movie) next(ctx context.Context, i int) (f codec.Frame, err error) {
	if err := ctx.Err(); err != nil {
		return f, err
	}
	account := codec.AccountOf(ctx)
	before := account.Used()
	f, err = m.frames.Next(ctx)
	m.original = m.original && !f.Surplus
	m.held += account.Used() - before
	if h := m.picture.header; err == io.EOF && i < h.FrameCount && !m.picture.tolerant {
		return f, fmt.Errorf("decode %s: %w: %d of %d frames", h.Format.Name, codec.ErrCorrupt, i, h.FrameCount)
	}
	if err == nil || err == io.EOF {
		return f, err
	}
	err = imageError(ctx, "decode", fmt.Sprintf("%s: frame %d", m.picture.header.Format.Name, i), err)
	if m.picture.tolerant && i > 0 && errors.Is(err, codec.ErrCorrupt) {
		return f, io.EOF
	}
	return f, err
}

// makeOne makes frame i. last is the previous frame; makeOne returns it again if frame i looks the same.
func (m *movie) makeOne(ctx context.Context, i int, last *image.NRGBA) (made processors.Frame, err error) {
	f, err := m.next(ctx, i)
	if err != nil {
		return made, err
	}
	if last != nil && !f.Changed {
		return processors.Frame{Image: last, Delay: f.Delay}, nil
	}
	if m.colors != nil {
		m.colors.add(ctx, f.Image)
	}
	frame := *m.picture
	frame.take(&codec.Picture{Image: f.Image}) // frames are whole, even if the still was decoded at a reduced size
	frame.decoded, frame.held, frame.small, frame.result = new(codec.Picture), 0, nil, nil
	frame.colorBytes = 0
	if err = frame.setColors(ctx); err != nil {
		return made, err
	}
	if m.kept && !frame.converted {
		if frame.img, err = clone(ctx, f.Image); err != nil {
			return made, err
		}
		frame.held = accounted(frame.img)
	}
	given := frame.img
	thumb, err := m.apply(ctx, &frame)
	if err != nil {
		return made, fmt.Errorf("frame %d: %w", i, err)
	}
	m.original = m.original && m.kept && !frame.converted && samePointer(thumb, given)
	out, err := frame.own(ctx, thumb)
	return processors.Frame{Image: out, Delay: f.Delay}, err
}

// own returns thumb as an image that shares no memory with p, and releases p. The account then holds only the
// memory of the result.
func (p *Picture) own(ctx context.Context, thumb image.Image) (*image.NRGBA, error) {
	out, fresh, err := compact(ctx, thumb)
	if err != nil {
		return nil, err
	}
	if !fresh && !p.disown(thumb) {
		err = codec.AccountOf(ctx).Take(accounted(out))
	}
	p.forget(ctx)
	return out, err
}

// maxDelay is the longest time that a GIF can show a frame.
const maxDelay = (1<<16 - 1) * 10 * time.Millisecond

// joined returns the delay of the frame that replaces two frames that look the same. ok is false if they can't
// be joined.
func joined(a, b time.Duration) (sum time.Duration, ok bool) {
	const own = 10 * time.Millisecond // viewers replace delays of up to this value
	return a + b, a > own && b > own && a+b <= maxDelay
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

// compact returns img as an NRGBA image whose memory has few unused bytes. fresh reports that the result shares
// no memory with img.
func compact(ctx context.Context, img image.Image) (out *image.NRGBA, fresh bool, err error) {
	out, fresh, err = pixels.NRGBA(ctx, img)
	if err != nil || out.Stride == 4*out.Rect.Dx() && cap(out.Pix) <= 2*len(out.Pix) {
		return out, fresh, err
	}
	around := out
	pix, err := codec.Bytes(ctx, 4*around.Rect.Dx()*around.Rect.Dy())
	if err != nil {
		return nil, false, err
	}
	out = &image.NRGBA{Pix: pix, Stride: 4 * around.Rect.Dx(), Rect: around.Rect}
	for y := range out.Rect.Dy() {
		copy(out.Pix[y*out.Stride:][:out.Stride], around.Pix[y*around.Stride:])
	}
	return out, true, nil
}

// clone copies a canvas.
func clone(ctx context.Context, img image.Image) (image.Image, error) {
	size := img.Bounds().Size()
	pix, err := codec.Bytes(ctx, 4*size.X*size.Y)
	if err != nil {
		return nil, err
	}
	r := image.Rectangle{Max: size}
	switch img := img.(type) {
	case *image.RGBA:
		copy(pix, img.Pix)
		return &image.RGBA{Pix: pix, Stride: 4 * size.X, Rect: r}, nil
	case *image.NRGBA:
		copy(pix, img.Pix)
		return &image.NRGBA{Pix: pix, Stride: 4 * size.X, Rect: r}, nil
	}
	return nil, fmt.Errorf("a canvas of type %T", img)
}
