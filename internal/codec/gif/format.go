package gif

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Format implements GIF.
//
// The screen is transparent before the first frame, as in browsers. The background color of the file is ignored. If the first frame has no
// pixels, the screen stays transparent.
var Format = &codec.Format{
	Name: "gif",
	Match: func(head []byte) bool {
		return codec.HasMagic(head, "GIF87a") || codec.HasMagic(head, "GIF89a")
	},
	Complete: codec.EndsWith("\x3b"),
	Header:   readHeader,
	Memory:   func(h *codec.Header, o codec.Options) int64 { return memory(h.Stored, h.Detail.(*detail).first) },
	Decode:   decode,
	Color:    readColor,
	Strip:    func(data []byte, _ *codec.Header) []byte { return strip(data) },
	Frames:   openFrames,
}

// detail is the Header.Detail of a GIF.
type detail struct {
	first image.Rectangle // rectangle of the first frame
}

// maxFrames is the maximum number of frames that are counted. It is one more than an animation may have.
const maxFrames = 10_000 + 1

// readHeader reads up to the first frame, whose rectangle may enlarge the screen. If the whole file is available, it also counts the
// frames, including a last frame that is cut off.
func readHeader(_ context.Context, r *codec.Reader) (codec.Header, error) {
	d := new(detail)
	h := codec.Header{Orientation: 1, Palette: true, Detail: d}
	w, err := open(r, nil)
	if err != nil {
		return h, ignoreEnd(err)
	}
	for h.Stored = w.screen; h.FrameCount < maxFrames; {
		f, ok, err := w.next()
		if err != nil || !ok {
			return h, ignoreEnd(err)
		}
		if w.frames == 1 {
			d.first, h.Stored = f.Rect, w.screen
		}
		if !r.Whole() {
			return h, nil
		}
		h.FrameCount++
		h.FramePixels += max(area(h.Stored), area(f.Rect.Size()))
	}
	return h, nil
}

func area(size image.Point) int64 { return int64(size.X) * int64(size.Y) }

// ignoreEnd returns nil if err means that the file ends too early; decoding will report that. Otherwise it returns err.
func ignoreEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// memory returns the maximum memory for decoding the first frame.
func memory(screen image.Point, first image.Rectangle) int64 {
	return imageBytes(screen, first) + int64(first.Dx()) + tables
}

// tables is the memory of a decompressor.
const tables = 64 << 10

func imageBytes(screen image.Point, f image.Rectangle) int64 {
	if (image.Rectangle{Max: screen}).In(f) {
		return area(screen) // indices
	}
	return 4 * area(screen)
}

// decode decodes the first frame.
func decode(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	w, err := open(codec.NewBytesReader(ctx, data), data)
	if err != nil {
		return nil, err
	}
	f, ok, err := w.next()
	switch {
	case ignoreEnd(err) != nil:
		return nil, err
	case !ok:
		return nil, errNoFrame
	case w.screen != h.Stored:
		return nil, fmt.Errorf("%w: decoded %v pixels, but the header says %v", codec.ErrCorrupt, w.screen, h.Stored)
	}
	if err := w.data(&f); err != nil {
		return nil, err
	}
	account := codec.AccountOf(ctx)
	taken, kept := memory(w.screen, f.Rect), imageBytes(w.screen, f.Rect)
	if err := account.Take(taken); err != nil {
		return nil, err
	}
	d := &decoder{tolerant: o.Tolerant}
	img, err := d.still(ctx, &f, w.screen)
	if err != nil {
		account.Give(taken)
		return nil, err
	}
	account.Give(taken - kept)
	return &codec.Picture{Image: img, Partial: d.damage != nil, Surplus: d.surplus || d.beyond}, nil
}

// frames draws the frames of a file on a canvas, one after the other.
type frames struct {
	walker    *walker
	canvas    *canvas
	decoder   decoder
	loopCount int
	count     int
	account   *codec.Account
	taken     int64
}

// openFrames implements codec.Format.
func openFrames(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (codec.Frames, error) {
	loop, err := loopCount(ctx, data)
	if err != nil {
		return nil, err
	}
	w, err := open(codec.NewBytesReader(ctx, data), data)
	if err != nil {
		return nil, err
	}
	f := &frames{walker: w, loopCount: loop, account: codec.AccountOf(ctx), decoder: decoder{tolerant: o.Tolerant}}
	if err := f.take(4*area(h.Stored) + tables); err != nil {
		return nil, err
	}
	f.canvas = newCanvas(h.Stored)
	return f, nil
}

// loopCount returns the last loop count of the file, as browsers do. In nearly all files there is one, before the first frame.
func loopCount(ctx context.Context, data []byte) (int, error) {
	w, err := open(codec.NewBytesReader(ctx, data), data)
	for ok := true; err == nil && ok; {
		_, ok, err = w.next()
	}
	if w == nil {
		return -1, err
	}
	return w.loopCount, ignoreEnd(err)
}

func (f *frames) take(n int64) error {
	err := f.account.Take(n)
	if err == nil {
		f.taken += n
	}
	return err
}

// LoopCount implements codec.Frames.
func (f *frames) LoopCount() int { return f.loopCount }

// Next implements codec.Frames. The animation ends before a frame that is cut off, unless all pixels of the frame are there.
func (f *frames) Next(ctx context.Context) (codec.Frame, error) {
	frame, err := f.next(ctx)
	if err != nil {
		f.account.Give(f.taken)
		f.taken = 0
	}
	return frame, err
}

func (f *frames) next(ctx context.Context) (codec.Frame, error) {
	if err := ctx.Err(); err != nil {
		return codec.Frame{}, err
	}
	frame, ok, err := f.walker.next()
	if err == nil && ok {
		err = f.walker.data(&frame)
	}
	switch {
	case ignoreEnd(err) != nil:
		return codec.Frame{}, err
	case !ok && f.count == 0:
		return codec.Frame{}, errNoFrame
	case !ok:
		return codec.Frame{}, io.EOF
	}
	if err := f.room(&frame); err != nil {
		return codec.Frame{}, err
	}
	if f.count > 0 {
		f.decoder.least = 0
	} else {
		f.decoder.least = least
	}
	changed, err := f.canvas.Draw(ctx, &f.decoder, &frame)
	if err != nil {
		if f.count > 0 && frame.cut && errors.Is(err, codec.ErrCorrupt) {
			err = io.EOF
		}
		return codec.Frame{}, err
	}
	f.count++
	return codec.Frame{Image: f.canvas.Image, Delay: time.Duration(frame.Delay) * 10 * time.Millisecond, Changed: changed, Surplus: f.decoder.surplus || f.decoder.beyond}, nil
}

// room takes memory for the pixels under a frame that will be restored, and for a row.
func (f *frames) room(frame *imageFrame) error {
	n := int64(max(0, frame.Rect.Dx()-cap(f.decoder.row)))
	if frame.Disposal == disposalPrevious {
		n += max(0, 4*area(frame.Rect.Intersect(f.canvas.Image.Rect).Size())-int64(cap(f.canvas.saved)))
	}
	return f.take(n)
}
