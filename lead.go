package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// lead does steps 6 to 11 for a flight, which ends with it whatever happens.
func (h *Handler) lead(ctx, patience context.Context, j *job, fl *flight) (err error) {
	defer func() {
		if p := recover(); p != nil {
			h.cfg.Logger.ErrorContext(ctx, "thumbnail: panic", "path", j.key, "panic", p, "stack", string(debug.Stack()))
			err = &failure{http.StatusInternalServerError, "generate", fmt.Errorf("panic: %v", p)}
		}
		h.flights.end(j.key, fl, err)
	}()
	// What follows is apart from the client, who may go: cancelled when it is done, and nothing else.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	unlock, err := h.lock(ctx, patience, j) // 6
	if err != nil {
		return err
	}
	defer func() {
		if err := unlock(); err != nil {
			h.cfg.Logger.WarnContext(ctx, "thumbnail: unlock", "path", j.key, "error", err)
		}
	}()
	f, err := h.open(ctx, j) // 7
	if err != nil {
		return err
	}
	if f != nil {
		return f.Close()
	}
	err = h.generate(ctx, cancel, j) // 8 to 11
	h.failures.remember(j, err, time.Now())
	return err
}

// lock returns when the lock is held, with a nil error; when it was held elsewhere and has become
// free, with errAgain; when patience ended, with ErrBusy. A Locker that fails is as good as no
// Locker, unless Config.RequireLock.
func (h *Handler) lock(ctx, patience context.Context, j *job) (unlock func() error, err error) {
	defer addTime(&j.timing.Wait)()
	waiter, _ := h.cfg.Locker.(Waiter)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		unlock, ok, err := h.tryLock(ctx, j.key)
		if err != nil {
			return h.withoutLock(ctx, j, err)
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
		err = waiter.Wait(patience, j.key)
		switch {
		case err == nil:
			return nil, errAgain
		case patience.Err() != nil:
			return nil, ErrBusy
		default:
			return h.withoutLock(ctx, j, err)
		}
	}
}

// tryLock gives a Locker that hangs, against its contract, no more than Config.Timeout.
func (h *Handler) tryLock(ctx context.Context, key string) (func() error, bool, error) {
	lockCtx, cancel := context.WithCancel(ctx)
	hung := time.AfterFunc(h.cfg.Timeout, cancel)
	unlock, ok, err := h.cfg.Locker.TryLock(lockCtx, key, h.cfg.LockTTL)
	if !hung.Stop() && err == nil && ok { // it came after all, with a context that ended
		err = errors.Join(context.DeadlineExceeded, unlock())
	}
	if err != nil || !ok {
		cancel()
		return nil, false, err
	}
	return func() error { defer cancel(); return unlock() }, true, nil
}

// withoutLock is what a Locker's error means.
func (h *Handler) withoutLock(ctx context.Context, j *job, err error) (func() error, error) {
	if h.cfg.RequireLock {
		return nil, &failure{http.StatusServiceUnavailable, "lock", err}
	}
	if h.lockLog.now(time.Now()) {
		h.cfg.Logger.ErrorContext(ctx, "thumbnail: the lock fails; generating without", "path", j.key, "error", err)
	}
	return func() error { return nil }, nil
}

// sometimes is true at most once in ten seconds, so that an outage does not fill the log.
type sometimes struct{ last atomic.Int64 }

func (s *sometimes) now(t time.Time) bool {
	last := s.last.Load()
	return t.UnixNano()-last >= int64(10*time.Second) && s.last.CompareAndSwap(last, t.UnixNano())
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// addTime returns a function that adds the time since this call to d.
func addTime(d *time.Duration) func() {
	start := time.Now()
	return func() { *d += time.Since(start) }
}
