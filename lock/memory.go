package lock

import (
	"context"
	"time"
)

// Memory is a lock within one process. Two workers on one host need [File], and workers on several hosts
// need lock/redis; with Memory each process makes the same thumbnail once.
//
// A holder can't die while its process lives: after a panic, its deferred unlock runs. So nothing is
// renewed, and a key stays locked until unlock, however long that takes. If a holder hangs or does not
// unlock, the key becomes free ttl after the end of its ctx.
//
// An unlocked key takes no memory, and Memory starts no goroutines. The zero value is ready to use. Any
// number of goroutines may use a Memory at once. A Memory must not be copied.
type Memory struct {
	holds   holds
	history history
}

// NewMemory returns a Memory in which no key is locked, like new(Memory).
func NewMemory() *Memory { return new(Memory) }

// TryLock locks key. If key is held, ok is false. The only error is the error of a ctx that has already
// ended. unlock returns nil, even if the lock was lost. It may be called more than once, and by several
// goroutines.
func (m *Memory) TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	h := newHold()
	h.release = func() error {
		m.history.released(key) // before the key is free, so that the next holder knows of this release
		m.holds.remove(key, h)
		return nil
	}
	if !m.holds.add(key, h) {
		return nil, false, nil
	}
	h.watch(ctx, ttl)
	return h.unlock, true, nil
}

// Wait blocks, without polling, until key is free, and then returns nil. If ctx ends first, Wait returns
// its error. When Wait returns, another caller may already have locked the key.
func (m *Memory) Wait(ctx context.Context, key string) error {
	return m.holds.wait(ctx, key)
}

// FreeSince implements [Historian].
func (m *Memory) FreeSince(key string, since time.Time) bool {
	return m.holds.get(key) != nil && m.history.last(key).Before(since)
}
