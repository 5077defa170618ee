package rules

import (
	"time"

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
}

// historian returns the Locker of c as a Historian, and skips the rule if it is none.
func (c *client) historian() lock.Historian {
	h, ok := c.Locker.(lock.Historian)
	c.e.need(ok, "the Locker is no Historian")
	return h
}
