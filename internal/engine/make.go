package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Timing is how long the steps of Make took.
type Timing struct{ Decode, Process, Encode time.Duration }

// A StepError is an error of a processor or an encoder that the original did not cause.
type StepError struct {
	Step string // "process" or "encode"
	Err  error
}

func (e *StepError) Error() string { return e.Step + ": " + e.Err.Error() }
func (e *StepError) Unwrap() error { return e.Err }

// Make decodes data, processes it by the plan p, and appends the encoded thumbnail to w. p must have been made
// from the header of data. If t is not nil, Make adds the durations of the steps to it.
func (e *Engine) Make(ctx context.Context, data []byte, p *Plan, w *bytes.Buffer, t *Timing) error {
	if t == nil {
		t = new(Timing)
	}
	pic, err := timed(&t.Decode, func() (*Picture, error) { return e.Decode(ctx, data, p.Header, p.least) })
	if err != nil {
		return err
	}
	defer pic.Release(ctx)
	thumb, err := timed(&t.Process, func() (image.Image, error) {
		if p.Moves() {
			return pic.animate(ctx, p.Processor, p.Width, p.Height, p.animation)
		}
		return pic.Apply(ctx, p.Processor, p.Width, p.Height)
	})
	if err != nil {
		return stepError("process", err)
	}
	if err := p.Limits.checkResult(thumb.Bounds().Size()); err != nil {
		return err
	}
	_, err = timed(&t.Encode, func() (struct{}, error) { return struct{}{}, pic.Encode(ctx, w, p.Encoder, thumb) })
	return stepError("encode", err)
}

// stepError wraps an error of a processor or an encoder in a StepError, unless the original has caused the
// error. Processors may return errors of the original, and encoders return those of frames.
func stepError(step string, err error) error {
	if err == nil || errors.Is(err, codec.ErrFormat) || errors.Is(err, codec.ErrCorrupt) || errors.Is(err, codec.ErrTooLarge) {
		return err
	}
	return &StepError{step, err}
}

// timed adds the time that f takes to d.
func timed[T any](d *time.Duration, f func() (T, error)) (T, error) {
	start := time.Now()
	defer func() { *d += time.Since(start) }()
	return f()
}
