// Package engine makes a thumbnail of the bytes of an original: header, plan, decode, process,
// encode. It has the one table of formats, and checks every limit in one place, [Engine.Plan].
//
// A thumbnail is made in four steps, of which the first two cost no pixels:
//
//	e, err := engine.New(formats, tolerant)              // once
//	h, err := e.Header(ctx, codec.NewReader(ctx, f, whole)) // format, upright size, orientation, frames
//	p, err := e.Plan(h, engine.Request{…})               // every limit; p.Bytes is what to admit, without the file itself
//	err = e.Make(ctx, data, p, &encoded, &timing)        // within the account of ctx
//
// The header of a file that has not been read whole is provisional ([codec.Header.Peeked]): what stands
// behind the pixels may still turn the picture on its side or add frames. So the caller admits memory by it,
// reads the file, and asks again with a [codec.NewBytesReader]; if the second plan needs more than was admitted, it starts
// again with that.
//
// Errors match codec.ErrFormat, codec.ErrCorrupt, codec.ErrTooLarge, a [codec.ReadError] of the
// source, or the context's; all others are a [StepError] of a processor or an encoder.
package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// An Engine knows the formats. Any number of goroutines may use it at once.
type Engine struct {
	formats  []processors.Format
	tolerant bool
}

// New returns an Engine that asks the given formats before the built-in ones. A tolerant one shows
// what can be decoded of a damaged picture.
func New(formats []processors.Format, tolerant bool) (*Engine, error) {
	for i, f := range formats {
		if f.Name == "" || f.Match == nil || f.Header == nil || f.Decode == nil {
			return nil, fmt.Errorf("format %d (%q) lacks its Name, Match, Header or Decode", i, f.Name)
		}
	}
	return &Engine{formats: formats, tolerant: tolerant}, nil
}

// A Request says what is to be made of an original.
type Request struct {
	Processor     processors.Processor
	Encoder       Encoder
	Width, Height int // as asked for: one of them may be 0
	Limits        Limits
}

// An Encoder writes an image in some format. The optional interfaces are those of package
// processors: Animator, Keeper, ContextEncoder.
type Encoder interface {
	Encode(w io.Writer, img image.Image) error
}

// Limits bound one generation. A value that is not positive is no limit.
type Limits struct {
	Pixels        int64 // width × height of an original; of all frames of an animation, and of its thumbnail
	Width, Height int   // of a thumbnail
	Memory        int64 // bytes, without the file itself
}

// A Plan is what will be made of an original, and at what cost.
type Plan struct {
	Request
	Header *codec.Header
	Size   image.Point // of the thumbnail; the zero Point if only making it tells
	Bytes  int64       // of memory that Make takes from its account at most, but for what its estimate is wrong by

	animation int64
}

// Timing is how long the steps of Make took.
type Timing struct{ Decode, Process, Encode time.Duration }

// A StepError is the failure of a processor or an encoder, which is not the original's fault.
type StepError struct {
	Step string // "process" or "encode"
	Err  error
}

func (e *StepError) Error() string { return e.Step + ": " + e.Err.Error() }
func (e *StepError) Unwrap() error { return e.Err }

// Header reads the header of the image that r begins with. The content tells the format. Sizes are
// reported as declared, however large. A file that is truncated after its header is not noticed.
func (e *Engine) Header(ctx context.Context, r *codec.Reader) (*codec.Header, error) {
	read := processors.PeekHeader
	if r.Whole() {
		read = processors.DecodeHeader
	}
	s := &stream{r: r}
	h, err := read(s)
	if s.err != nil {
		return nil, s.err
	}
	if err != nil {
		return nil, err
	}
	out := &codec.Header{Format: &codec.Format{Name: h.Format}, Stored: h.Size, Orientation: h.Orientation, Peeked: !r.Whole(), Detail: h}
	out.Stored = out.Turn(h.Size)
	return out, nil
}

// Plan checks every limit. Where a header is provisional, sides that may still be exchanged are not
// held against the result.
func (e *Engine) Plan(h *codec.Header, r Request) (*Plan, error) {
	size := h.Size()
	if n := int64(size.X) * int64(size.Y); r.Limits.Pixels > 0 && n > r.Limits.Pixels {
		return nil, fmt.Errorf("%w: %dx%d pixels are more than Config.MaxPixels (%d)", codec.ErrTooLarge, size.X, size.Y, r.Limits.Pixels)
	}
	p := &Plan{Request: r, Header: h}
	header := h.Detail.(processors.Header)
	result, known := processors.ResultSize(r.Processor, size, r.Width, r.Height)
	if known {
		if err := r.Limits.checkResult(result); err != nil && !h.Peeked {
			return nil, err
		}
		p.Size = result
	}
	p.Bytes = header.DecodeBytes(processors.MinDecode(r.Processor, size, r.Width, r.Height)) + 8*int64(result.X)*int64(result.Y)
	if processors.Animates(r.Encoder) {
		limit := processors.AnimationLimit{Pixels: r.Limits.Pixels, Bytes: max(0, r.Limits.Memory-p.Bytes)}
		if !known {
			limit.Bytes = min(limit.Bytes, r.Limits.Memory/4)
		}
		p.animation = header.AnimationBytes(result, limit)
		p.Bytes += p.animation
	}
	if r.Limits.Memory > 0 && (p.Bytes > r.Limits.Memory || p.Bytes < 0) {
		return nil, fmt.Errorf("%w: it takes %d bytes of memory, more than Config.MaxMemory allows (%d)", codec.ErrTooLarge, p.Bytes, r.Limits.Memory)
	}
	return p, nil
}

// checkResult refuses a thumbnail that is too large.
func (l Limits) checkResult(size image.Point) error {
	if l.Width > 0 && size.X > l.Width || l.Height > 0 && size.Y > l.Height {
		return fmt.Errorf("%w: the thumbnail would have %dx%d pixels, more than Config.MaxWidth × Config.MaxHeight (%dx%d)",
			codec.ErrTooLarge, size.X, size.Y, l.Width, l.Height)
	}
	return nil
}

// Make decodes data, processes it as planned, and appends the encoded thumbnail to w. The plan is
// that of the header of data. t, if not nil, is told how long it took.
func (e *Engine) Make(ctx context.Context, data []byte, p *Plan, w *bytes.Buffer, t *Timing) error {
	if t == nil {
		t = new(Timing)
	}
	header := p.Header.Detail.(processors.Header)
	start := time.Now()
	pic, err := processors.Decode(ctx, data, header, processors.MinDecode(p.Processor, header.Size, p.Width, p.Height))
	t.Decode += time.Since(start)
	if err != nil {
		return err
	}
	defer pic.Release()
	start = time.Now()
	var thumb image.Image
	if p.animation > 0 {
		thumb, err = pic.Animate(ctx, p.Processor, p.Width, p.Height, processors.AnimationLimit{Pixels: p.Limits.Pixels, Bytes: p.animation})
	} else {
		thumb, err = pic.Apply(ctx, p.Processor, p.Width, p.Height)
	}
	if thumb == nil && err == nil {
		err = errors.New("returned no image")
	}
	t.Process += time.Since(start)
	if err != nil {
		return stepError("process", err)
	}
	if err := p.Limits.checkResult(thumb.Bounds().Size()); err != nil {
		return err
	}
	start = time.Now()
	err = pic.Encode(w, p.Encoder, thumb)
	t.Encode += time.Since(start)
	return stepError("encode", err)
}

// stepError lets a processor, and the frames of an animation, which are made while it is encoded,
// say that it is the source's fault. All else is the step's.
func stepError(step string, err error) error {
	if err == nil || errors.Is(err, codec.ErrFormat) || errors.Is(err, codec.ErrCorrupt) || errors.Is(err, codec.ErrTooLarge) {
		return err
	}
	return &StepError{step, err}
}
