package thumbnail

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A budget is the time that a call may spend on work, Config.Timeout in total. Look-ups in the storage,
// attempts to lock, and generating are work. Waiting for other requests, for memory or for a worker has its
// own limits and does not count. When the budget is used up, every context that is bound to it ends.
type budget struct {
	mu      sync.Mutex
	left    time.Duration
	since   time.Time // when the clock was started; only the monotonic clock is used
	timer   *time.Timer
	cancels []context.CancelCauseFunc
	expired bool
}

// errTimeout is the cause of a context that ended because Config.Timeout was used up.
var errTimeout = errors.New("Config.Timeout is used up")

// bind returns a context that ends when ctx ends, when the budget is used up, or when cancel is called.
func (b *budget) bind(ctx context.Context) (bound context.Context, cancel func()) {
	bound, end := context.WithCancelCause(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.expired {
		end(errTimeout)
	}
	b.cancels = append(b.cancels, end)
	return bound, func() { end(nil) }
}

// run starts the clock of the budget, until pause. A budget that is used up stays used up.
func (b *budget) run() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.expired {
		return
	}
	b.since = time.Now()
	if b.timer == nil {
		b.timer = time.AfterFunc(b.left, b.expire)
		return
	}
	b.timer.Reset(b.left)
}

// pause stops the clock and reports whether it was running.
func (b *budget) pause() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.expired || b.timer == nil || !b.timer.Stop() {
		return false
	}
	b.left -= time.Since(b.since)
	return true
}

// paused stops the clock while f waits.
func (b *budget) paused(f func() error) error {
	if b.pause() {
		defer b.run()
	}
	return f()
}

func (b *budget) expire() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left, b.expired = 0, true
	for _, cancel := range b.cancels {
		cancel(errTimeout)
	}
}

// timedOut reports whether ctx ended because its budget was used up.
func timedOut(ctx context.Context) bool { return context.Cause(ctx) == errTimeout }
