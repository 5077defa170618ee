package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/internal/negative"
)

// headerError distinguishes a source that fails from a source that is not an image.
func (g *generator) headerError(o order, err error) error {
	var read *codec.ReadError
	switch {
	case errors.As(err, &read):
		return serverError("read source", read.Err)
	case !isOriginals(err):
		return err
	case moves(o.encoder):
		return originalError(negative.OfMoving, o, err)
	}
	return originalError(negative.OfSource, o, err)
}

// makeError classifies an error of engine.Make: whose fault it is, and to which thumbnails it applies. A decoding
// error is remembered for all thumbnails of the original, although a smaller thumbnail may need to decode less. So
// a page with ten sizes causes only one attempt.
func (g *generator) makeError(ctx context.Context, o order, plan *engine.Plan, t *engine.Timing, err error) error {
	of := negative.OfSource
	switch {
	case t.Process > 0:
		of = negative.OfThumbnail
	case moves(plan.Encoder):
		of = negative.OfMoving
	}
	if timedOut(ctx) {
		return &negative.Error{Scope: of, Err: &statusError{http.StatusServiceUnavailable, "generate", fmt.Errorf("%w after %v: %w", context.DeadlineExceeded, g.limits.timeout, err)}}
	}
	if isOriginals(err) {
		return originalError(of, o, err)
	}
	if step := new(engine.StepError); errors.As(err, &step) {
		return serverError(step.Step, step.Err)
	}
	return err
}

// originalError returns the error for what is wrong with the original of an order.
func originalError(of negative.Scope, o order, err error) error {
	if o.spec.Source != "" { // an upload has no name
		err = fmt.Errorf("thumbnail: source %q: %w", o.spec.Source, err)
	}
	return &negative.Error{Scope: of, Err: err}
}

// isOriginals reports whether an error is the fault of the original.
func isOriginals(err error) bool {
	return errors.Is(err, ErrFormat) || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrTooLarge)
}

func (g *generator) tooLong(src *sourceFile) error {
	if src.size >= g.limits.sourceBytes {
		return &negative.Error{Scope: negative.OfSource, Err: fmt.Errorf("%w: source %q has more than Config.MaxSourceBytes (%d)", ErrTooLarge, src.key, g.limits.sourceBytes)}
	}
	return &negative.Error{Scope: negative.OfSource, Err: fmt.Errorf("%w: source %q has more than the %d bytes that it said", ErrTooLarge, src.key, src.size)}
}
