package rules

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
)

// key is the key of most rules: one as the library makes them.
const key = "animals/kitten.jpg/100x100/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg"

const (
	// long is a ttl that no check lives to see the end of.
	long = 24 * time.Hour
	// soon is short beside every timeout: time for goroutines to get where they will block.
	soon = 20 * time.Millisecond
)

// client is a process, and the calls that rules make of it.
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

// answer is what TryLock returned.
type answer struct {
	unlock func() error
	ok     bool
	err    error
}

func (a answer) String() string { return fmt.Sprintf("ok %v, error %v", a.ok, a.err) }

// ask calls TryLock; what it got is unlocked when the check is over. It may be called from any
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

// try is ask for a rule that is about something else: an error, and a call that hangs, end the check.
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

// lock locks key, which must be free, for as long as the check lasts, or ctx.
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

// free reports whether key can be locked by c, and leaves it unlocked if it can. An error counts as
// no; the check that needs a yes will report it.
func (c *client) free(key string) bool {
	a := finish(c.e, c.e.patience(), "TryLock", func() answer { return c.ask(c.e.ctx, key, long) })
	c.e.lastErr = a.err
	if !a.ok || a.unlock == nil {
		return false
	}
	c.e.release(a.unlock)
	return true
}

// unlock calls unlock, which must succeed.
func (e *env) unlock(unlock func() error) {
	if err := finish(e, e.patience(), "unlock", unlock); err != nil {
		e.broken("unlock: %v", err)
	}
}

// release is unlock, and the time that a lock may need which has no unlock in time: that is for
// another rule to find.
func (e *env) release(unlock func() error) {
	e.unlock(unlock)
	e.pass(soon)
}

// lost lets time pass until key is free for c, and ends the check if it is not within two ttl.
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

// kill kills c, and skips the rule if nobody knows how.
func (c *client) kill() {
	c.e.need(c.Kill != nil, "Process.Kill is nil")
	c.Kill()
	c.dead = true
}

// pause pauses c until resume, or the end of the check; it skips the rule if nobody knows how.
func (c *client) pause() (resume func()) {
	c.e.need(c.Pause != nil, "Process.Pause is nil")
	return c.until(c.Pause())
}

// stall hangs c's connections until resume, or the end of the check; it skips the rule if nobody
// knows how.
func (c *client) stall() (resume func()) {
	c.e.need(c.Stall != nil, "Process.Stall is nil")
	return c.until(c.Stall())
}

// until makes sure that undo is called, and once.
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

// wait starts Wait, and skips the rule if there is none.
func (c *client) wait(ctx context.Context, key string) <-chan error {
	w, ok := c.Locker.(lock.Waiter)
	c.e.need(ok, "the Locker is no Waiter")
	done := make(chan error, 1)
	c.e.calls.Go(func() { done <- w.Wait(ctx, key) })
	return done
}

// wakes ends the check unless the waiter returns nil within limit: Timeout where that is what the
// rule is about, patience elsewhere.
func (e *env) wakes(waiting <-chan error, limit time.Duration, what string) {
	if err := receive(e, limit, what, waiting); err != nil {
		e.broken("%s: %v", what, err)
	}
}

// sleeps ends the check if the waiter has returned.
func (e *env) sleeps(waiting <-chan error, why string) {
	select {
	case err := <-waiting:
		e.broken("Wait returned %v, though %s", err, why)
	default:
	}
}

// endedWith ends the check unless err says that ctx has ended.
func (e *env) endedWith(ctx context.Context, err error, what string) {
	if !errors.Is(err, ctx.Err()) {
		e.broken("%s returned error %v, not that of its ctx, %v", what, err, ctx.Err())
	}
}
