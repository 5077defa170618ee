package rules

import (
	"reflect"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/lock"
)

var historyRules = []Rule{
	{
		"FreeSince knows of no holder when there is none",
		"FreeSince is false for a key that is not held.",
		func(e *env) {
			a := e.start()
			h := a.historian()
			e.pass(soon)
			if h.FreeSince(key, time.Now()) {
				e.broken("it is true for a key that nobody has held")
			}
		},
	},
	{
		"FreeSince remembers the last holder",
		"FreeSince is false if anybody, in whichever process, has held the key since then.",
		func(e *env) {
			a, b := e.start(), e.start()
			h := b.historian()
			before := time.Now()
			unlock := a.lock(key, long)
			during := time.Now()
			e.release(unlock)
			b.lock(key, long)
			if h.FreeSince(key, before) || h.FreeSince(key, during) {
				e.broken("another process has held the key, and released it")
			}
		},
	},
	{
		"FreeSince remembers the dead",
		"FreeSince is false if a holder has died since then.",
		func(e *env) {
			a, b := e.start(), e.start()
			h := b.historian()
			before := time.Now()
			a.lock(key, e.TTL)
			during := time.Now()
			a.kill()
			b.afterPause(key, e.TTL)
			if h.FreeSince(key, before) || h.FreeSince(key, during) {
				e.broken("another process has held the key, and died")
			}
		},
	},
	{
		"FreeSince remembers the same process",
		"FreeSince is false if the process has held the key itself since then.",
		func(e *env) {
			a := e.start()
			e.start()
			h := a.historian()
			before := time.Now()
			unlock := a.lock(key, long)
			during := time.Now()
			e.release(unlock)
			a.lock(key, long)
			if h.FreeSince(key, before) || h.FreeSince(key, during) {
				e.broken("the process has held the key before, and released it")
			}
		},
	},
	{
		"FreeSince remembers those who have just gone",
		"FreeSince is false if anybody has held the key since then, however shortly before.",
		takingTurns,
	},
	{
		"FreeSince says nothing about a lock held elsewhere",
		"FreeSince is false for a key that is held through another Locker.",
		func(e *env) {
			a, b := e.start(), e.start()
			h := b.historian()
			if sameLocker(a, b) {
				return // both processes hold their locks through the same Locker
			}
			a.lock(key, long)
			e.pass(soon)
			if h.FreeSince(key, time.Now()) {
				e.broken("another process holds the key")
			}
		},
	},
	{
		"FreeSince is false when the lock is lost",
		"FreeSince is false for a holder that was stopped until its lock was lost.",
		func(e *env) {
			a, b := e.start(), e.start()
			h := a.historian()
			if sameLocker(a, b) {
				return // the lock is one within a process, so a pause would stop both holders
			}
			a.lock(key, e.TTL)
			resume := a.pause()
			b.afterPause(key, long)
			resume()
			e.pass(2 * e.TTL) // during which renewals take place
			if h.FreeSince(key, time.Now()) {
				e.broken("another process holds the key by now")
			}
		},
	},
	{
		"FreeSince does not wait",
		"FreeSince waits for nothing, also while the server does not answer.",
		func(e *env) {
			a := e.start()
			e.start()
			h := a.historian()
			a.lock(key, long)
			defer a.stall()()
			finish(e, e.Timeout, "FreeSince", func() bool { return h.FreeSince(key, time.Now()) })
		},
	},
}

// sameLocker reports whether two processes share a Locker, as they do if the lock is one within a process.
func sameLocker(a, b *client) bool {
	return reflect.ValueOf(a.Locker).Comparable() && reflect.ValueOf(b.Locker).Comparable() && a.Locker == b.Locker
}

// historian returns the Locker of c, or one that it wraps, as a Historian, and skips the rule if there is
// none.
func (c *client) historian() lock.Historian {
	h, ok := ability.Find[lock.Historian](c.Locker)
	c.e.need(ok, "the Locker is no Historian")
	return h
}
