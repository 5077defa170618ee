package rules

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/lock"
)

// key is the key that most rules use, in the form that the library uses.
const key = "animals/kitten.jpg/100x100/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg"

const (
	// long is a ttl that is longer than any check.
	long = 24 * time.Hour
	// soon is a time in which goroutines reach the call that blocks; every timeout is much longer.
	soon = 20 * time.Millisecond
)

// client is a process with the calls that rules make.
type client struct {
	Process
	e    *env
	dead bool
}

// start starts a process.
func (e *env) start() *client {
	p := e.Start()
	if p.Locker == nil {
		e.broken("Harness.Start returned a Process without a Locker")
	}
	return &client{Process: p, e: e}
}

// answer is the result of TryLock.
type answer struct {
	unlock func() error
	ok     bool
	err    error
}

func (a answer) String() string { return fmt.Sprintf("ok %v, error %v", a.ok, a.err) }

// ask calls TryLock. A lock that it gets is unlocked at the end of the check. It may be called from any
// goroutine.
func (c *client) ask(ctx context.Context, key string, ttl time.Duration) answer {
	unlock, ok, err := c.Locker.TryLock(ctx, key, ttl)
	if ok && unlock != nil {
		c.e.mu.Lock()
		defer c.e.mu.Unlock()
		c.e.unlocks = append(c.e.unlocks, func() error {
			if c.dead {
				return nil
			}
			return unlock()
		})
	}
	return answer{unlock, ok, err}
}

// try is like ask, for rules that test something else: an error, or a call that hangs, ends the check.
func (c *client) try(ctx context.Context, key string, ttl time.Duration) answer {
	a := finish(c.e, c.e.patience(), "TryLock", func() answer { return c.ask(ctx, key, ttl) })
	switch {
	case a.err != nil:
		c.e.broken("TryLock: %v", a.err)
	case a.ok && a.unlock == nil:
		c.e.broken("TryLock returned ok and no unlock")
	}
	return a
}

// lock locks key, which must be free, until the end of the check or of ctx.
func (c *client) lock(key string, ttl time.Duration) (unlock func() error) {
	return c.lockContext(c.e.ctx, key, ttl)
}

func (c *client) lockContext(ctx context.Context, key string, ttl time.Duration) (unlock func() error) {
	a := c.try(ctx, key, ttl)
	if !a.ok {
		c.e.broken("a free key can't be locked: %q", key)
	}
	return a.unlock
}

// free reports whether c can lock key, and unlocks it again. An error counts as false; a check that
// requires true reports it.
func (c *client) free(key string) bool {
	a := finish(c.e, c.e.patience(), "TryLock", func() answer { return c.ask(c.e.ctx, key, long) })
	c.e.lastErr = a.err
	if !a.ok || a.unlock == nil {
		return false
	}
	c.e.release(a.unlock)
	return true
}

// unlock calls unlock, and requires that it succeeds.
func (e *env) unlock(unlock func() error) {
	if err := finish(e, e.patience(), "unlock", unlock); err != nil {
		e.broken("unlock: %v", err)
	}
}

// release calls unlock. For a lock whose unlock does not succeed in time, it waits until the lock expires;
// another rule reports that.
func (e *env) release(unlock func() error) {
	e.unlock(unlock)
	e.pass(soon)
}

// lost lets time pass until c can lock key, and ends the check if that takes longer than two ttl.
func (c *client) lost(key string, when string) {
	e := c.e
	since := e.atLeast()
	for !c.free(key) {
		if e.atLeast()-since > 2*e.TTL {
			e.broken("%s, the lock is still held after twice its ttl", when)
		}
		e.pass(e.TTL / 10)
	}
}

// kill kills c. Without the hook it skips the rule.
func (c *client) kill() {
	c.e.need(c.Kill != nil, "Process.Kill is nil")
	c.Kill()
	c.dead = true
}

// pause pauses c until resume or the end of the check. Without the hook it skips the rule.
func (c *client) pause() (resume func()) {
	c.e.need(c.Pause != nil, "Process.Pause is nil")
	return c.until(c.Pause())
}

// stall hangs the connections of c until resume or the end of the check. Without the hook it skips the
// rule.
func (c *client) stall() (resume func()) {
	c.e.need(c.Stall != nil, "Process.Stall is nil")
	return c.until(c.Stall())
}

// until ensures that undo is called exactly once.
func (c *client) until(undo func()) func() {
	done := false
	once := func() {
		if !done {
			done = true
			undo()
		}
	}
	c.e.undo = append(c.e.undo, once)
	return once
}

// wait starts Wait. If neither the lock nor one that it wraps is a Waiter, it skips the rule.
func (c *client) wait(ctx context.Context, key string) <-chan error {
	w, ok := ability.Find[lock.Waiter](c.Locker)
	c.e.need(ok, "the Locker is no Waiter")
	done := make(chan error, 1)
	c.e.calls.Go(func() { done <- w.Wait(ctx, key) })
	return done
}

// wakes ends the check unless Wait returns nil within limit. The limit is Timeout for rules about the duration of
// Wait, and patience for other rules.
func (e *env) wakes(waiting <-chan error, limit time.Duration, what string) {
	if err := receive(e, limit, what, waiting); err != nil {
		e.broken("%s: %v", what, err)
	}
}

// sleeps ends the check if Wait has returned.
func (e *env) sleeps(waiting <-chan error, why string) {
	select {
	case err := <-waiting:
		e.broken("Wait returned %v, though %s", err, why)
	default:
	}
}

// endedWith ends the check unless err is the error of ctx.
func (e *env) endedWith(ctx context.Context, err error, what string) {
	if !errors.Is(err, ctx.Err()) {
		e.broken("%s returned error %v, not that of its ctx, %v", what, err, ctx.Err())
	}
}
