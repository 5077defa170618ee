package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/negative"
)

// A call is a thumbnail that a request or Generate asks for.
type call struct {
	order
	ctx    context.Context // bound to the budget, once there is one
	key    string          // storage key: the path
	wait   time.Duration
	budget *budget // nil before begin
	cancel func()  // of ctx; nil before begin
	store  bool    // the thumbnail must be stored

	looked time.Time // when the last look-up in the storage began
	absent bool      // the result of that look-up is still valid: the thumbnail is not stored

	cacheControl string // of the answer; empty means that of Config
}

// begin starts the budget of a call.
func (c *call) begin(timeout time.Duration) {
	c.budget = &budget{left: timeout}
	c.ctx, c.cancel = c.budget.bind(c.ctx)
}

// end releases the resources of begin. Files that Open returned must not be used any more.
func (c *call) end() {
	if c.cancel != nil {
		c.cancel()
	}
}

// thumbnail returns the identity of the thumbnail in the cache of failures.
func (c *call) thumbnail() negative.Thumbnail {
	return negative.Thumbnail{Key: c.key, Source: c.spec.Source, Version: c.spec.Version, Moves: moves(c.encoder)}
}

// noLimit is the wait of a call that may wait as long as its context allows.
const noLimit = math.MaxInt64

// An answer is the result of a call.
type answer struct {
	file    fs.File
	outcome Outcome
	passing bool // the file is not stored, and must not be cached
	effort  effort
	err     error // why the file is not stored
}

type specKey struct{}

// SpecFromContext returns the Spec of the thumbnail that is being made. A [Processor] or a [Source] may
// call it.
func SpecFromContext(ctx context.Context) (s Spec, ok bool) {
	s, ok = ctx.Value(specKey{}).(Spec)
	return s, ok
}

// obtain opens the thumbnail, and makes it first if necessary: steps 4 to 11.
func (h *Handler) obtain(c *call) (a answer, err error) {
	if h.storageQuick { // starting a budget takes longer than the look-up
		if f, err := h.open(c.ctx, c); f != nil || err != nil { // 4
			return answer{file: f, outcome: OutcomeStored}, err
		}
	}
	c.begin(h.cfg.Timeout)
	c.budget.run()
	defer c.budget.pause()
	if !h.storageQuick {
		if f, err := h.open(c.ctx, c); f != nil || err != nil { // 4
			return answer{file: f, outcome: OutcomeStored}, err
		}
	}
	if err := h.checkSize(c.spec.Size); err != nil { // 5
		return answer{}, err
	}
	patience, cancel := c.ctx, context.CancelFunc(func() {})
	if c.wait != noLimit {
		patience, cancel = context.WithTimeout(c.ctx, max(0, c.wait))
	}
	defer cancel()
	for round := 0; ; round++ {
		if round >= 1000 {
			return a, serverError("open thumbnail", fmt.Errorf("%q was reported as stored many times, but is missing", c.key))
		}
		if round > 2 { // another process reports that it may be stored now, but it is not
			sleep(patience, 10*time.Millisecond)
		}
		if err := h.negative.Recall(c.thumbnail(), time.Now()); err != nil {
			return a, err
		}
		var l landing
		err := c.budget.paused(func() error {
			l, err = h.join(c, patience, &a)
			return err
		})
		switch {
		case err != nil:
			return a, err
		case l.result != nil:
			return a, h.take(c, l.result, &a)
		case l.err == ErrBusy && patience.Err() == nil: // a less patient request gave up
		case l.err != nil:
			return a, l.err
		}
		if c.ctx.Err() != nil {
			return a, c.ended()
		}
		if f, err := h.open(c.ctx, c); f != nil || err != nil {
			a.file, a.outcome = f, OutcomeShared
			return a, err
		}
	}
}

// checkSize does step 5.
func (h *Handler) checkSize(s Size) error {
	if s.Width > h.cfg.MaxWidth || s.Height > h.cfg.MaxHeight {
		return &requestError{fmt.Errorf("%w: size %v is more than Config.MaxWidth × Config.MaxHeight (%dx%d)", ErrTooLarge, s, h.cfg.MaxWidth, h.cfg.MaxHeight)}
	}
	return nil
}

// join joins the one flight of this process for a thumbnail. It leads the flight if there is none yet, and
// waits for it otherwise. err is an error of this call, not of the flight.
func (h *Handler) join(c *call, patience context.Context, a *answer) (l landing, err error) {
	fl, leads := h.flights.join(c.key, c.spec.Source)
	if leads {
		l, e := h.lead(c, patience, fl)
		wait := a.effort.timing.Wait
		a.effort = e
		a.effort.timing.Wait += wait
		a.outcome = OutcomeGenerated
		return l, nil
	}
	defer addTime(&a.effort.timing.Wait)()
	a.outcome = OutcomeShared
	l, ok := h.flights.wait(fl, patience)
	if !ok {
		return l, ErrBusy
	}
	return l, nil
}

// take turns a result into an answer. It releases the result or passes it on.
func (h *Handler) take(c *call, r *result, a *answer) error {
	a.err, a.passing = r.storeErr, !r.stored
	defer func() {
		if a.file == nil {
			r.release()
		}
	}()
	if c.store && !r.stored {
		if r.storeErr != nil {
			return r.storeErr
		}
		return &statusError{http.StatusServiceUnavailable, "generate", fmt.Errorf("%q was removed or replaced meanwhile", c.spec.Source)}
	}
	if r.reopen {
		if f, err := h.open(c.ctx, c); err == nil && f != nil {
			a.file = f
			r.release()
			return nil
		}
	}
	a.file = r.open(c.key)
	return nil
}

// open opens the stored thumbnail. The file is nil if the thumbnail is missing or incomplete.
func (h *Handler) open(ctx context.Context, c *call) (fs.File, error) {
	c.looked = time.Now()
	f, err := h.cfg.Storage.Open(ctx, c.key)
	switch {
	case err == nil:
		if f == nil {
			return nil, serverError("open thumbnail", errNoFile)
		}
		return h.examine(c, f)
	case ctx.Err() != nil: // the client disconnected, or the time is used up
		if timedOut(ctx) {
			return nil, serverError("open thumbnail", fmt.Errorf("%w: %w", context.DeadlineExceeded, err))
		}
		return nil, ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	}
	return nil, serverError("open thumbnail", err)
}

// examine returns a stored thumbnail, or nil if it is incomplete.
func (h *Handler) examine(c *call, f fs.File) (whole fs.File, err error) {
	keep := false
	defer func() {
		if !keep { // also if whole panics
			_ = f.Close()
		}
	}()
	if whole, err = h.whole(c, f); err != nil {
		return nil, serverError("open thumbnail", err)
	}
	keep = whole != nil
	return whole, nil
}

// ended returns the error of a call whose context has ended.
func (c *call) ended() error {
	if timedOut(c.ctx) {
		return serverError("generate", context.DeadlineExceeded)
	}
	return c.ctx.Err()
}
