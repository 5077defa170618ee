package rules

import (
	"context"
	"time"
)

var unlockRules = []Rule{
	{
		"unlock frees the key",
		"When unlock has returned, the next TryLock has the key, whoever asks.",
		func(e *env) {
			a, b := e.start(), e.start()
			e.unlock(a.lock(key, long))
			got := b.try(e.ctx, key, long)
			if !got.ok {
				e.broken("another process can't lock the key")
			}
			e.unlock(got.unlock)
			if !a.free(key) {
				e.broken("the first holder can't lock the key again")
			}
		},
	},
	{
		"unlock may be called again",
		"unlock is idempotent: a second call does nothing and is no error.",
		func(e *env) {
			a := e.start()
			e.start()
			unlock := a.lock(key, long)
			e.release(unlock)
			e.release(unlock)
		},
	},
	{
		"unlock may be called by many",
		"Several goroutines may call unlock at once: none gets an error, and then the key is free.",
		func(e *env) {
			a, b := e.start(), e.start()
			unlock := a.lock(key, long)
			const callers = 10
			done := make(chan error, callers)
			for range callers {
				e.calls.Go(func() { done <- unlock() })
			}
			for range callers {
				e.unlock(func() error { return <-done })
			}
			e.pass(soon)
			if !b.free(key) {
				e.broken("the key is still held")
			}
		},
	},
	{
		"a second unlock leaves the next holder alone",
		"unlock never releases somebody else's lock, also when it is called again after the key has a new holder.",
		func(e *env) {
			a, b := e.start(), e.start()
			for who, next := range map[string]*client{"the same process": a, "another process": b} {
				stale := a.lock(key, long)
				e.release(stale)
				unlock := next.lock(key, long)
				finish(e, e.patience(), "unlock", stale)
				if b.free(key) {
					e.broken("it released the lock of the next holder, %s", who)
				}
				e.release(unlock)
			}
		},
	},
	{
		"unlock survives the context",
		"unlock frees the key though the context of TryLock has ended.",
		func(e *env) {
			a, b := e.start(), e.start()
			ctx, cancel := context.WithCancel(e.ctx)
			unlock := a.lockContext(ctx, key, long)
			cancel()
			e.release(unlock)
			if !b.free(key) {
				e.broken("the key is still held")
			}
		},
	},
	{
		"nothing comes back after unlock",
		"Renewal ends with unlock: the key stays free, though the context of TryLock lives on.",
		func(e *env) {
			a, b := e.start(), e.start()
			e.release(a.lock(key, e.TTL))
			for _, later := range []time.Duration{e.TTL * 3 / 4, 2 * e.TTL} { // after one renewal, and after many
				e.pass(later)
				if !b.free(key) {
					e.broken("the key is held again after unlock")
				}
			}
		},
	},
}
