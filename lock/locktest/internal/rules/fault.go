package rules

import "context"

var faultRules = []Rule{
	{
		"a lost reply costs a ttl at most",
		"When the reply to the locking command is lost, TryLock returns an error or the lock, and nobody is kept away for longer than ttl.",
		func(e *env) {
			a, b := e.start(), e.start()
			e.need(a.DropReply != nil, "Process.DropReply is nil")
			a.DropReply()
			got := finish(e, e.patience(), "TryLock", func() answer { return a.ask(e.ctx, key, e.TTL) })
			switch {
			case got.ok && got.err != nil:
				e.broken("both: %v", got)
			case got.ok:
				if b.free(key) {
					e.broken("TryLock returned a lock that keeps nobody away")
				}
				e.release(got.unlock)
				if !b.free(key) {
					e.broken("unlock did not free the key")
				}
			case got.err == nil:
				e.broken("TryLock said that somebody else holds the key, which was free")
			default:
				b.lost(key, "when TryLock has returned an error")
			}
		},
	},
	{
		"TryLock does not hang",
		"TryLock over a connection that hangs returns an error in bounded time, and nobody is kept away for longer than ttl.",
		func(e *env) {
			a, b := e.start(), e.start()
			e.release(a.lock(key, long)) // opens a connection
			resume := a.stall()
			got := finish(e, e.Timeout, "TryLock", func() answer { return a.ask(e.ctx, key, e.TTL) })
			if got.ok || got.err == nil {
				e.broken("%v", got)
			}
			resume()
			b.lost(key, "when the connection is back")
		},
	},
	{
		"TryLock ends with its context while it waits for the server",
		"TryLock over a connection that hangs returns when its context ends, with the context's error.",
		func(e *env) {
			a := e.start()
			e.start()
			e.release(a.lock(key, long))
			resume := a.stall()
			ctx, cancel := context.WithTimeout(e.ctx, soon)
			defer cancel()
			got := finish(e, e.Timeout, "TryLock", func() answer { return a.ask(ctx, key, e.TTL) })
			resume()
			if got.ok {
				e.broken("%v", got)
			}
			e.endedWith(ctx, got.err, "TryLock")
		},
	},
	{
		"unlock does not hang",
		"unlock over a connection that hangs returns in bounded time, and the lock is lost after ttl, though it could not be released.",
		func(e *env) {
			a, b := e.start(), e.start()
			unlock := a.lock(key, e.TTL)
			resume := a.stall()
			finish(e, e.Timeout, "unlock", unlock)
			resume()
			b.lost(key, "when unlock has returned and the connection is back")
		},
	},
	{
		"Wait does not hang",
		"Wait over a connection that hangs returns when its context ends, with the context's error.",
		func(e *env) {
			a, b := e.start(), e.start()
			b.lock(key, long)
			ctx, cancel := context.WithCancel(e.ctx)
			defer cancel()
			waiting := a.wait(ctx, key)
			e.pass(soon)
			e.sleeps(waiting, "the key is held")
			resume := a.stall()
			e.pass(soon)
			cancel()
			err := receive(e, e.Timeout, "Wait", waiting)
			resume()
			e.endedWith(ctx, err, "Wait")
		},
	},
}
