package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/negative"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// lead does steps 6 to 11 for a flight. The flight ends when lead returns, whatever happens.
func (h *Handler) lead(c *call, patience context.Context, fl *flight) (l landing, e effort) {
	stop := context.AfterFunc(c.ctx, func() { h.flights.leave(fl) })
	defer stop()
	defer func() { h.flights.land(fl, l) }()
	returned := false
	defer func() {
		if !returned && l.result != nil { // unlock has ended the goroutine
			l.result.release()
		}
	}()
	err := h.safely(c.ctx, c.key, "generate", func() error {
		// From here on, the work is independent of the client, which may disconnect.
		ctx, cancel := c.budget.bind(context.WithoutCancel(c.ctx))
		defer cancel()
		start := time.Now()
		unlock, err := h.lock(ctx, patience, c) // 6
		e.timing.Wait = time.Since(start)
		if unlock == nil {
			l = landing{err: err}
			return nil
		}
		defer unlock()
		l = h.locked(ctx, c, fl, &e)
		if l.result != nil {
			l.result.retain(1) // for the leader
		}
		h.flights.land(fl, l)
		return nil
	})
	if err != nil {
		l = landing{err: err}
	}
	returned = true
	return l, e
}

// locked does steps 7 to 11.
func (h *Handler) locked(ctx context.Context, c *call, fl *flight, e *effort) landing {
	c.budget.run()
	defer c.budget.pause()
	if !c.absent {
		f, err := h.open(ctx, c) // 7
		if err != nil {
			return landing{err: err}
		}
		if f != nil {
			_ = f.Close()
			return landing{}
		}
	}
	p := &place{
		budget: c.budget, timeout: h.cfg.QueueTimeout, left: h.cfg.QueueTimeout,
		leaving: func() <-chan struct{} { return h.flights.whenDeserted(fl) }, deserted: func() bool { return h.flights.deserted(fl) },
	}
	for attempt := range maxAttempts {
		h.flights.renew(fl)
		m, made, err := h.generator.generate(context.WithValue(ctx, specKey{}, c.spec), c.order, p)
		e.add(made)
		if err != nil {
			return h.failed(ctx, c, fl, err)
		}
		if r := h.settle(ctx, c, fl, m, attempt == maxAttempts-1, e); r != nil {
			h.stats.generated.Add(1)
			return landing{result: r}
		}
	}
	return landing{err: &statusError{http.StatusServiceUnavailable, "generate", fmt.Errorf("%q changes all the time", c.spec.Source)}}
}

// settle stores the thumbnail, if that is allowed, and returns the result. It returns nil if the thumbnail
// has to be made again.
func (h *Handler) settle(ctx context.Context, c *call, fl *flight, m *made, last bool, e *effort) *result {
	r := &result{encoded: m.encoded, memory: m.memory}
	done := false
	defer func() {
		if !done {
			m.memory.Release()
		}
	}()
	done = h.store(ctx, c, fl, r, m, last, &e.timing.Store)
	if !done {
		return nil
	}
	return r
}

// failed returns the landing of a flight that made nothing.
func (h *Handler) failed(ctx context.Context, c *call, fl *flight, err error) landing {
	if err == errDeserted {
		return landing{}
	}
	var scoped *negative.Error
	if timedOut(ctx) && !errors.As(err, &scoped) {
		err = serverError("generate", fmt.Errorf("%w after %v: %w", context.DeadlineExceeded, h.cfg.Timeout, err))
	}
	h.flights.ifValid(fl, func() { h.negative.Remember(c.thumbnail(), err, time.Now()) })
	return landing{err: err}
}

// store does the last part of step 11, unless the thumbnail may not be stored. It returns false if the
// original has changed since it was read: then the thumbnail has to be made again.
func (h *Handler) store(ctx context.Context, c *call, fl *flight, r *result, m *made, last bool, took *time.Duration) (done bool) {
	defer addTime(took)()
	for {
		was := h.flights.validity(fl)
		if was == removed {
			break
		}
		if (was == suspect || h.sourceLocal) && !h.unchanged(ctx, c, m, was == suspect) {
			if !last {
				return false
			}
			break
		}
		put, err := h.flights.store(ctx, fl, was, func(ctx context.Context) error {
			return h.put(ctx, c, r.encoded.Bytes())
		})
		if !put {
			continue // the validity of the flight has changed meanwhile
		}
		if now := h.flights.validity(fl); now != was && (now == removed || !h.unchanged(ctx, c, m, true)) {
			if err == nil {
				h.unstore(ctx, c)
			}
			if now == removed || last {
				break
			}
			return false
		}
		r.stored, r.storeErr = err == nil, err
		break
	}
	few := r.memory.Keep(int64(r.encoded.Cap()))
	r.reopen = r.stored && (h.storageLocal || !few)
	return true
}

// unchanged reports whether the original is still the one that m was made from.
func (h *Handler) unchanged(ctx context.Context, c *call, m *made, strict bool) (same bool) {
	err := h.safely(ctx, c.key, "read source", func() error {
		same = h.generator.unchanged(ctx, c.spec.Source, m.origin, strict)
		return nil
	})
	return err == nil && same
}

// put stores a thumbnail. A failure of the storage does not affect this request, but the next request has
// to generate the thumbnail again, so put logs it, rate-limited.
func (h *Handler) put(ctx context.Context, c *call, data []byte) error {
	err := h.safely(ctx, c.key, "store", func() error {
		err := h.cfg.Storage.Put(storage.WithoutSync(ctx), c.key, bytes.NewReader(data))
		if err != nil {
			return serverError("store", err)
		}
		return nil
	})
	if err == nil {
		h.halves.stored(c.key, int64(len(data)))
		return nil
	}
	h.stats.storeErrors.Add(1)
	if h.storeLog.now() {
		h.log(ctx, slog.LevelError, "thumbnail: the storage fails; answering from memory", "path", c.key, "error", err)
	}
	return err
}

// unstore removes a thumbnail that was stored although its validity had ended. It removes all thumbnails of
// the original; the others are made again.
func (h *Handler) unstore(ctx context.Context, c *call) {
	if remover, ok := ability.Find[Remover](h.cfg.Storage); ok {
		if err := h.safely(ctx, c.key, "remove", func() error { return remover.RemoveAll(ctx, c.spec.Source) }); err != nil {
			h.log(ctx, slog.LevelError, "thumbnail: remove", "path", c.key, "error", err)
		}
	}
}

func (e *effort) add(o effort) {
	t, d := &e.timing, o.timing
	t.Queue, t.Source, t.Decode, t.Process, t.Encode = d.Queue, t.Source+d.Source, t.Decode+d.Decode, t.Process+d.Process, t.Encode+d.Encode
	e.source = o.source
}
