package lock

import (
	"context"
	"sync"
	"time"
)

// A hold is one successful TryLock, until the lock is released: by unlock, or ttl after the end of the
// context, whichever comes first.
type hold struct {
	release func() error  // set before watch; called once
	free    chan struct{} // closed when the lock is released

	once sync.Once
	err  error // of release

	mu      sync.Mutex
	over    bool        // released, so expire does nothing
	unwatch func() bool // stops the context from calling expire
	timer   *time.Timer // nil until the context has ended
}

func newHold() *hold { return &hold{free: make(chan struct{})} }

// watch arranges that h expires ttl after the end of ctx. It is called once, before unlock.
func (h *hold) watch(ctx context.Context, ttl time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unwatch = context.AfterFunc(ctx, func() { h.expire(ttl) })
}

// expire releases h after ttl.
func (h *hold) expire(ttl time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.over {
		h.timer = time.AfterFunc(ttl, func() { h.unlock() })
	}
}

// unlock releases h. Every caller gets the result of the release, and none of them before it is complete.
func (h *hold) unlock() error {
	h.once.Do(func() {
		h.mu.Lock()
		h.over = true
		h.unwatch()
		if h.timer != nil {
			h.timer.Stop()
		}
		h.mu.Unlock()
		h.err = h.release()
		close(h.free)
	})
	return h.err
}

// holds are the locks held in this process. The zero value is empty and ready to use.
type holds struct {
	mu sync.Mutex
	m  map[string]*hold // nil until the first
}

// get returns the hold of key, or nil.
func (hs *holds) get(key string) *hold {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return hs.m[key]
}

// add sets the hold of key, unless key has one.
func (hs *holds) add(key string, h *hold) bool {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.m[key] != nil {
		return false
	}
	if hs.m == nil {
		hs.m = make(map[string]*hold)
	}
	hs.m[key] = h
	return true
}

// remove removes h, if it is the hold of key.
func (hs *holds) remove(key string, h *hold) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.m[key] == h {
		delete(hs.m, key)
	}
}

// wait returns nil when the current hold of key, if any, is released, or the error of ctx.
func (hs *holds) wait(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h := hs.get(key)
	if h == nil {
		return nil
	}
	select {
	case <-h.free:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
