package lock

import (
	"context"
	"time"
)

// A Locker decides which of several goroutines, processes or hosts generates a thumbnail. It avoids
// duplicate work, but correctness does not depend on it: two processes that generate the same thumbnail
// store the same picture. The package lock/locktest tests implementations of this contract.
//
// TryLock never waits: if the lock is held elsewhere, ok is false and err is nil. The lock of a live holder
// may be renewed until unlock is called or ctx ends; a dead holder loses the lock after ttl. unlock works
// after ctx is canceled, may be called more than once and by several goroutines, and never releases another
// holder's lock.
type Locker interface {
	TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error)
}

// A Waiter is a [Locker] that can wait until a lock becomes free, without polling.
//
// Wait blocks until nobody holds key, which may be immediately, and then returns nil. If ctx ends first,
// Wait returns the context's error. Wait does not take the lock.
type Waiter interface {
	Wait(ctx context.Context, key string) error
}

// A Historian is a [Locker] that can prove that nobody has held a key since an earlier time. A handler
// that found a thumbnail missing at that time then need not look for it again.
//
// FreeSince reports whether it is certain that nobody held key between since and the TryLock by which the
// caller now holds it. It may return false even if nobody did, and returns false if key is not held through
// this Locker. It does not wait. A wrapper that locks more than the Locker that its Unwrap returns needs
// its own FreeSince.
type Historian interface {
	FreeSince(key string, since time.Time) bool
}
