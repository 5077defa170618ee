// Package engine makes a thumbnail of the bytes of an original: header, plan, decode, process,
// encode. It has the one table of formats, and checks every limit in one place, [Engine.Plan].
//
// A thumbnail is made in four steps. The first two decode no pixels:
//
//	e, err := engine.New(formats, tolerant)                 // once
//	h, err := e.Header(ctx, codec.NewReader(ctx, f, whole)) // format, upright size, orientation, frames
//	p, err := e.Plan(h, engine.Request{…})                  // every limit; p.Bytes is what to admit, without the file itself
//	err = e.Make(ctx, data, p, &encoded, &timing)           // within the account of ctx
//
// The header of a file that has not been read whole is provisional ([codec.Header.Peeked]): data after the
// pixels may still change the orientation or add frames. So the caller admits memory by the first plan, reads
// the file, and reads header and plan again from the bytes ([codec.NewBytesReader]). If the second plan needs
// more memory than was admitted, the caller starts again with the larger amount.
//
// Errors match codec.ErrFormat, codec.ErrCorrupt, codec.ErrTooLarge or the context's error, or are a
// [codec.ReadError] of the source. Every other error is a [StepError] of a processor or an encoder.
//
// # Memory
//
// Make takes the memory that it allocates from the account of its context, and gives memory back as soon as it
// is unused, for example that of the decoded picture before encoding. [Plan.Bytes] is an upper bound of the
// peak, so an account of that many bytes is sufficient for every undamaged file. Accounts do not cover the
// pools of decoders, resampler and encoders, which keep up to about 30 MiB per processor between pictures, and
// the cache of color profiles, up to 32 MiB.
package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// An Engine holds the formats and makes thumbnails. Any number of goroutines may use it at once.
type Engine struct {
	// NaiveCMYK converts CMYK without a profile by (1-C)(1-K) instead of as print. Set it before the Engine is
	// used.
	NaiveCMYK bool

	formats  []*codec.Format // in the order in which they are tried
	tolerant bool
}

// New returns an Engine that tries the given formats before the built-in ones. A tolerant Engine uses the
// decodable part of a damaged picture.
func New(formats []processors.Format, tolerant bool) (*Engine, error) {
	e := &Engine{tolerant: tolerant}
	for i, f := range formats {
		if f.Name == "" || f.Match == nil || f.Header == nil || f.Decode == nil {
			return nil, fmt.Errorf("format %d (%q) needs Name, Match, Header and Decode", i, f.Name)
		}
		e.formats = append(e.formats, foreign(f))
	}
	e.formats = append(e.formats, table...)
	e.formats = append(e.formats, registered)
	return e, nil
}

// headBytes is how much of a file is shown to Format.Match.
const headBytes = 64

// Header reads the header of the image at the start of r. It recognizes the format by the content. It returns
// the declared size, however large, and does not detect a file that is truncated after its header.
func (e *Engine) Header(ctx context.Context, r *codec.Reader) (h *codec.Header, err error) {
	defer func() {
		if p := recover(); p != nil { // only a decoder of Config.Formats may panic
			h, err = nil, fmt.Errorf("read image header: %w: %v", codec.ErrCorrupt, p)
		}
	}()
	head, err := r.Peek(headBytes)
	if err != nil {
		return nil, fmt.Errorf("read image header: %w", err)
	}
	for _, f := range e.formats {
		if !f.Match(head) {
			continue
		}
		h, err := f.Header(ctx, r)
		if f == registered && errors.Is(err, codec.ErrFormat) && ctx.Err() == nil {
			break
		}
		if err != nil {
			return nil, imageError(ctx, "read", f.Name+" header", err)
		}
		if h.Format == nil {
			h.Format = f
		}
		h.Peeked = !r.Whole()
		if h.Stored.X < 1 || h.Stored.Y < 1 {
			return nil, fmt.Errorf("read %s header: %w: a size of %v", f.Name, codec.ErrCorrupt, h.Stored)
		}
		return &h, nil
	}
	if len(head) == 0 {
		return nil, fmt.Errorf("read image header: %w: the file is empty", codec.ErrFormat)
	}
	return nil, fmt.Errorf("read image header: %w: the file begins with %q", codec.ErrFormat, head[:min(len(head), 12)])
}

// imageError attributes an error of a format to the context, the source, or the file.
func imageError(ctx context.Context, step, what string, err error) error {
	var read *codec.ReadError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &read), errors.Is(err, codec.ErrFormat), errors.Is(err, codec.ErrCorrupt), errors.Is(err, codec.ErrTooLarge):
		return fmt.Errorf("%s %s: %w", step, what, err)
	}
	return fmt.Errorf("%s %s: %w: %w", step, what, codec.ErrCorrupt, err)
}
