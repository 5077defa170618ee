package rules

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

var lockRules = []Rule{
	{
		"a free key is locked",
		"TryLock of a free key returns an unlock that is not nil, ok == true and a nil error.",
		func(e *env) {
			a := e.start() // alone
			got := finish(e, e.patience(), "TryLock", func() answer { return a.ask(e.ctx, key, long) })
			if !got.ok || got.err != nil || got.unlock == nil {
				e.broken("%v, unlock nil: %v", got, got.unlock == nil)
			}
		},
	},
	{
		"held elsewhere is no error",
		"A key that is held, by another process or by this one, is ok == false with a nil error.",
		func(e *env) {
			a, b := e.start(), e.start()
			a.lock(key, long)
			for who, c := range map[string]*client{"its holder": a, "another process": b} {
				got := finish(e, e.patience(), "TryLock", func() answer { return c.ask(e.ctx, key, long) })
				if got.ok || got.err != nil {
					e.broken("%s asked for a held key: %v", who, got)
				}
			}
		},
	},
	{
		"TryLock never waits",
		"TryLock never waits for the holder of a key.",
		func(e *env) {
			a, b := e.start(), e.start()
			a.lock(key, long)
			finish(e, e.Timeout, "TryLock of a held key", func() answer { return b.ask(e.ctx, key, long) })
		},
	},
	{
		"one of a hundred has the lock",
		"Of many goroutines in several processes that ask for a key at once, one and only one has it.",
		oneOfAHundred,
	},
	{
		"keys are independent",
		"A key that is held, or unlocked, changes nothing for other keys.",
		func(e *env) {
			a, b := e.start(), e.start()
			a.lock("one", long)
			unlock := b.lock("two", long)
			e.release(unlock)
			if b.free("one") {
				e.broken("unlocking one key freed another")
			}
			if !a.free("two") {
				e.broken("a key that was unlocked is still held, while another is")
			}
		},
	},
	{
		"any string is a key",
		"Spaces, Unicode, newlines, slashes, braces, a thousand bytes: every string is a key of its own.",
		anyStringIsAKey,
	},
	{
		"an ended context takes nothing",
		"TryLock with a context that has ended returns its error, and takes nothing.",
		func(e *env) {
			a, b := e.start(), e.start()
			ctx, cancel := context.WithCancel(e.ctx)
			cancel()
			got := finish(e, e.patience(), "TryLock", func() answer { return a.ask(ctx, key, long) })
			if got.ok {
				e.broken("%v", got)
			}
			e.endedWith(ctx, got.err, "TryLock")
			if !b.free(key) {
				e.broken("the key is held nevertheless")
			}
		},
	},
}

func oneOfAHundred(e *env) {
	const goroutines, rounds = 100, 5
	clients := []*client{e.start(), e.start(), e.start(), e.start()}
	for range rounds {
		var winners atomic.Int32
		var failure atomic.Value
		var unlock atomic.Pointer[func() error]
		var asking sync.WaitGroup
		gate := make(chan struct{})
		for i := range goroutines {
			c := clients[i%len(clients)]
			asking.Go(func() {
				<-gate
				switch got := c.ask(e.ctx, key, long); {
				case got.err != nil:
					failure.Store(fmt.Sprint(got.err))
				case got.ok:
					winners.Add(1)
					unlock.Store(&got.unlock)
				}
			})
		}
		close(gate)
		finish(e, e.patience(), "TryLock, a hundred times at once,", func() bool { asking.Wait(); return true })
		if n := winners.Load(); n != 1 {
			e.broken("%d of %d have the lock; an error: %v", n, goroutines, failure.Load())
		}
		e.release(*unlock.Load())
	}
}

func anyStringIsAKey(e *env) {
	thousand := strings.Repeat("0123456789", 99) + "01234567"
	keys := []string{
		"a", "A", "a ", " a", "a\n", "\na", "a\tb", "a b", "a+b", "a%20b", "a/b", "a//b", "a/./b", "a%2Fb", "/a", "a/", `a\b`,
		"..", "../a", "*", "?", "[a]", "a:b", "CON", "{a}b", "{a}c", "{}", "{", "b{a}", `"a"`, "'a'", "\x7f",
		"\u00e9", "e\u0301", "\u732b/\u5199\u771f.jpg", "\U0001F408", thousand + "ab", thousand + "ac",
	}
	a, b := e.start(), e.start()
	unlocks := make([]func() error, len(keys))
	for i, k := range keys {
		got := a.try(e.ctx, k, long)
		if !got.ok {
			e.broken("key %.20q (%d bytes) can't be locked while %d others are held", k, len(k), i)
		}
		unlocks[i] = got.unlock
	}
	for _, k := range keys {
		if b.free(k) {
			e.broken("key %.20q (%d bytes) is locked and free at once", k, len(k))
		}
	}
	for _, unlock := range unlocks {
		e.unlock(unlock)
	}
	e.pass(soon)
	for _, k := range keys {
		if !b.free(k) {
			e.broken("key %.20q (%d bytes) is held after unlock", k, len(k))
		}
	}
}
