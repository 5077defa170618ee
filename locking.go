package thumbnail

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
)

// lock returns unlock once it holds the lock. If the lock was held elsewhere and has become free, both
// results are nil. When patience ends, the error is ErrBusy. A failing Locker is treated as if there were
// none, unless Config.RequireLock is set.
func (h *Handler) lock(ctx, patience context.Context, c *call) (unlock func(), err error) {
	waiter, _ := ability.Find[Waiter](h.cfg.Locker)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		unlock, ok, err := h.tryLock(ctx, c)
		if err != nil {
			return h.withoutLock(ctx, c, err)
		}
		if ok {
			return unlock, nil
		}
		if patience.Err() != nil {
			return nil, ErrBusy
		}
		if waiter == nil {
			sleep(patience, pause)
			continue
		}
		err = waiter.Wait(patience, c.key)
		switch {
		case err == nil:
			return nil, nil
		case patience.Err() != nil:
			return nil, ErrBusy
		default:
			return h.withoutLock(ctx, c, err)
		}
	}
}

// tryLock waits at most half of Config.Timeout for a Locker that hangs, so that time remains to work
// without it.
func (h *Handler) tryLock(ctx context.Context, c *call) (unlock func(), ok bool, err error) {
	c.absent = false
	lockCtx, cancel := context.WithCancel(ctx)
	most := h.cfg.Timeout / 2
	hung := time.AfterFunc(most, cancel)
	c.budget.run()
	release, ok, err := h.cfg.Locker.TryLock(lockCtx, c.key, h.cfg.LockTTL)
	c.budget.pause()
	if !hung.Stop() && err == nil && ok { // the lock was granted after all, but with a context that has ended
		err = errors.Join(context.DeadlineExceeded, release())
	}
	if err != nil || !ok {
		cancel()
		return nil, false, err
	}
	_ = h.safely(ctx, c.key, "lock", func() error { // a panic must not keep the lock
		if history, ok := ability.Find[Historian](h.cfg.Locker); ok {
			c.absent = history.FreeSince(c.key, c.looked)
		}
		return nil
	})
	return func() {
		defer cancel()
		err := h.safely(ctx, c.key, "unlock", release)
		if err != nil {
			h.log(ctx, slog.LevelWarn, "thumbnail: unlock", "path", c.key, "error", err)
		}
	}, true, nil
}

// withoutLock handles an error of the Locker.
func (h *Handler) withoutLock(ctx context.Context, c *call, err error) (func(), error) {
	if h.cfg.RequireLock {
		return nil, &statusError{http.StatusServiceUnavailable, "lock", err}
	}
	if h.lockLog.now() {
		h.log(ctx, slog.LevelError, "thumbnail: the lock fails; generating without", "path", c.key, "error", err)
	}
	return func() {}, nil
}

// A rateLimiter allows one event in a while.
type rateLimiter struct{ last atomic.Pointer[time.Time] }

// now allows one event in ten seconds, so that an outage does not flood the log.
func (r *rateLimiter) now() bool { return r.onceIn(10 * time.Second) }

func (r *rateLimiter) onceIn(d time.Duration) bool {
	last, t := r.last.Load(), time.Now() // with its monotonic reading
	return (last == nil || t.Sub(*last) >= d) && r.last.CompareAndSwap(last, &t)
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
