package rules

import "context"

var waitRules = []Rule{
	{
		"Wait for a free key returns at once",
		"Wait for a key that nobody holds returns nil at once.",
		func(e *env) {
			e.wakes(e.start().wait(e.ctx, key), e.Timeout, "Wait for a free key")
		},
	},
	{
		"Wait returns when the key is free",
		"Wait returns nil when the holder unlocks, in whichever process.",
		func(e *env) {
			a, b := e.start(), e.start()
			for who, c := range map[string]*client{"in the holder's process": a, "in another process": b} {
				unlock := a.lock(key, long)
				waiting := c.wait(e.ctx, key)
				e.pass(soon)
				e.release(unlock)
				e.wakes(waiting, e.Timeout, "Wait "+who)
			}
		},
	},
	{
		"Wait blocks while the key is held",
		"Wait blocks until the key is free, whatever happens to other keys.",
		func(e *env) {
			a, b := e.start(), e.start()
			a.lock(key, long)
			waiting := b.wait(e.ctx, key)
			for range 5 {
				e.pass(e.TTL / 10)
				e.release(a.lock("other", long))
				e.pass(soon)
				e.sleeps(waiting, "the key is held")
			}
		},
	},
	{
		"Wait returns when its context ends",
		"When its context ends before the key is free, Wait returns the context's error.",
		func(e *env) {
			a, b := e.start(), e.start()
			a.lock(key, long)
			ctx, cancel := context.WithCancel(e.ctx)
			waiting := b.wait(ctx, key)
			e.pass(soon)
			e.sleeps(waiting, "the key is held")
			cancel()
			e.endedWith(ctx, receive(e, e.Timeout, "Wait", waiting), "Wait")
			e.endedWith(ctx, receive(e, e.Timeout, "Wait", b.wait(ctx, key)), "Wait, called with an ended context,")

			ctx, cancel = context.WithTimeout(e.ctx, soon)
			defer cancel()
			waiting = b.wait(ctx, key)
			e.pass(2 * soon)
			e.endedWith(ctx, receive(e, e.Timeout, "Wait", waiting), "Wait")
		},
	},
	{
		"Wait takes no lock",
		"Wait is no lock: when it has returned, the key is free for everybody.",
		func(e *env) {
			a, b, c := e.start(), e.start(), e.start()
			e.wakes(b.wait(e.ctx, key), e.patience(), "Wait for a free key")
			if !c.free(key) {
				e.broken("Wait for a free key has locked it")
			}
			unlock := a.lock(key, long)
			waiting := b.wait(e.ctx, key)
			e.pass(soon)
			e.release(unlock)
			e.wakes(waiting, e.patience(), "Wait")
			if !c.free(key) {
				e.broken("Wait has locked the key when it was free")
			}
		},
	},
	{
		"all waiters wake",
		"When a key is free, all who wait for it return, in all processes.",
		func(e *env) {
			a := e.start()
			others := []*client{a, e.start(), e.start()}
			unlock := a.lock(key, long)
			var waiting []<-chan error
			for i := range 60 {
				waiting = append(waiting, others[i%len(others)].wait(e.ctx, key))
			}
			e.pass(soon)
			e.release(unlock)
			for _, w := range waiting {
				e.wakes(w, e.patience(), "one Wait of sixty")
			}
		},
	},
	{
		"Wait returns when the holder dies",
		"Wait returns nil when a dead holder's lock is lost.",
		func(e *env) {
			a, b := e.start(), e.start()
			a.lock(key, e.TTL)
			waiting := b.wait(e.ctx, key)
			e.pass(soon)
			a.kill()
			for range 20 {
				e.pass(e.TTL / 10)
			}
			e.wakes(waiting, e.patience(), "Wait, twice the ttl after the holder's death,")
		},
	},
}
