package lock

import (
	"context"
	"time"
)

// A Locker decides which of many goroutines, processes or hosts generates a thumbnail. It saves work
// and does not guard correctness: two that generate the same thumbnail store the same picture. The
// package lock/locktest tests an implementation against this contract.
//
// TryLock never waits: if the lock is held elsewhere, ok is false and err is nil. The lock of a live
// holder may be renewed until unlock is called or ctx ends; a dead holder loses it after ttl. unlock
// works after ctx is canceled, may be called more than once and by several goroutines, and never
// releases somebody else's lock.
type Locker interface {
	TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error)
}

// A Waiter is a [Locker] that can tell when a lock becomes free, so that waiting needs no polling.
//
// Wait blocks until nobody holds key, which may be at once, or until ctx ends, and then returns the
// context's error. It takes no lock.
type Waiter interface {
	Wait(ctx context.Context, key string) error
}
