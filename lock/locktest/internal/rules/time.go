package rules

import (
	"context"
	"time"
)

var timeRules = []Rule{
	{
		"a living holder keeps its lock",
		"The lock of a holder that lives is renewed past ttl, until unlock.",
		func(e *env) {
			e.need(!e.NoRenewal, "Harness.NoRenewal is set")
			a, b := e.start(), e.start()
			unlock := a.lock(key, e.TTL)
			for i := range 30 {
				e.pass(e.TTL / 10)
				if b.free(key) {
					e.broken("it is lost after %d tenths of its ttl", i+1)
				}
			}
			e.release(unlock)
			if !b.free(key) {
				e.broken("the key is still held after unlock")
			}
		},
	},
	{
		"renewal ends with the context",
		"When the context of TryLock has ended, the lock is lost after ttl.",
		func(e *env) {
			a, b := e.start(), e.start()
			ctx, cancel := context.WithCancel(e.ctx)
			a.lockContext(ctx, key, e.TTL)
			e.pass(e.TTL / 2)
			cancel()
			b.lost(key, "when the context has ended")
		},
	},
	{
		"an unlock that comes too late leaves the next holder alone",
		"unlock never releases somebody else's lock, also when its own was lost and the key has a new holder.",
		func(e *env) {
			a, b := e.start(), e.start()
			for who, next := range map[string]*client{"the same process": a, "another process": b} {
				ctx, cancel := context.WithCancel(e.ctx)
				late := a.lockContext(ctx, key, e.TTL)
				cancel()
				b.lost(key, "when the context has ended")
				unlock := next.lock(key, long)
				finish(e, e.patience(), "unlock", late) // the contract does not say whether that is an error
				if b.free(key) {
					e.broken("it released the lock of the next holder, %s", who)
				}
				e.release(unlock)
			}
		},
	},
	{
		"a dead holder loses its lock",
		"A holder that dies loses its lock after ttl.",
		func(e *env) {
			a, b := e.start(), e.start()
			a.lock(key, e.TTL)
			e.pass(e.TTL / 2)
			a.kill()
			b.lost(key, "when the holder has died")
		},
	},
	{
		"a short pause costs no lock",
		"A holder that is stopped for less than ttl keeps its lock.",
		func(e *env) {
			a, b := e.start(), e.start()
			since := e.atMost()
			unlock := a.lock(key, e.TTL)
			resume := a.pause()
			for e.atMost()-since < e.TTL*8/10 {
				e.pass(e.TTL / 10)
				if b.free(key) && e.atMost()-since < e.TTL*9/10 {
					e.broken("it is lost after %v of %v", e.atMost()-since, e.TTL)
				}
			}
			resume()
			finish(e, e.patience(), "unlock", unlock)
		},
	},
	{
		"a late awakening leaves the next holder alone",
		"A holder that is stopped for longer than ttl, and then goes on, neither takes its lock back nor changes that of the next holder.",
		func(e *env) {
			a, b, c := e.start(), e.start(), e.start()
			late := a.lock(key, e.TTL)
			resume := a.pause()
			unlock := b.afterPause(key, long)
			resume()
			e.pass(2 * e.TTL) // during which renewals take place
			if c.free(key) {
				e.broken("the next holder has lost its lock")
			}
			e.release(unlock)
			if !c.free(key) {
				e.broken("the next holder has unlocked, and the key is held")
			}
			e.pass(e.TTL)
			if !c.free(key) {
				e.broken("the lock came back")
			}
			finish(e, e.patience(), "unlock", late)
		},
	},
	{
		"a late awakening renews no other lock",
		"A holder that is stopped for longer than ttl, and then goes on, does not keep the lock of the next holder alive, should that one die.",
		func(e *env) {
			a, b, c := e.start(), e.start(), e.start()
			a.lock(key, e.TTL)
			resume := a.pause()
			b.afterPause(key, e.TTL)
			b.kill()
			resume()
			c.lost(key, "when the next holder has died")
		},
	},
}

// afterPause locks key once its paused holder has lost it. If a stopped holder keeps its lock, because the
// kernel knows that it lives, the rule does not apply.
func (c *client) afterPause(key string, ttl time.Duration) (unlock func() error) {
	e := c.e
	for range 20 {
		got := finish(e, e.patience(), "TryLock", func() answer { return c.ask(e.ctx, key, ttl) })
		if got.ok {
			return got.unlock
		}
		e.pass(e.TTL / 10)
	}
	e.need(false, "a paused holder keeps this lock")
	return nil
}
