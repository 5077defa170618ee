package lock

import (
	"context"
	"time"
)

// Memory is a lock within one process: its goroutines exclude each other. Two workers on one host need [File],
// workers on several hosts lock/redis; with Memory each of them would make the same thumbnail once.
//
// A holder can't die while its process lives: after a panic, its deferred unlock runs. So nothing is renewed, and a key
// stays locked until unlock, however long that takes. What is left is a holder that hangs, or that forgets to
// unlock: ttl after the end of its ctx the key is free.
//
// A key that nobody holds takes no memory, and no goroutine is started. The zero value is ready. Goroutines may share a Memory; it must not be copied.
type Memory struct {
	holds holds
}

// NewMemory returns a Memory in which no key is locked, as new(Memory) is.
func NewMemory() *Memory { return new(Memory) }

// TryLock locks key and returns true, or returns false because it is held. The only error is that of a ctx that has ended
// already. unlock returns nil, also when the lock was lost; it may be called more than once, and by several
// goroutines.
func (m *Memory) TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	h := newHold()
	h.release = func() error {
		m.holds.remove(key, h)
		return nil
	}
	if !m.holds.add(key, h) {
		return nil, false, nil
	}
	h.watch(ctx, ttl)
	return h.unlock, true, nil
}

// Wait blocks, without polling, until key is free, and returns nil; or until ctx ends, and returns its error. When it returns,
// somebody else may have locked the key already.
func (m *Memory) Wait(ctx context.Context, key string) error {
	return m.holds.wait(ctx, key)
}
