// Package rules has the contract of a lock as rules: each is a sentence and a check of it.
package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A rule is one sentence of the contract, with its check.
type Rule struct {
	Name     string
	sentence string
	check    func(*env)
}

// All has all rules. Rules that others depend on come first, so that the first failure is the most helpful
// one.
var All = slices.Concat(lockRules, unlockRules, timeRules, faultRules, waitRules, historyRules)

// skipped is the error of a rule that can't be checked.
type skipped struct{ why string }

func (s skipped) Error() string { return "skipped: " + s.why }

// verdict is the panic value that ends a check, so that a check reads as a list of steps.
type verdict struct{ err error }

// Run checks r on h. The error is nil, says that the rule was skipped, or describes the violation.
func (r Rule) Run(h Space) (err error) {
	if h.Start == nil {
		return errors.New("Harness.Start is nil")
	}
	e := newEnv(h)
	defer e.close()
	defer func() {
		switch v := recover().(type) {
		case nil:
		case verdict:
			err = v.err
		default:
			panic(v)
		}
	}()
	r.check(e)
	return nil
}

// env is the environment of a check. Except for the methods of client that say otherwise, only the check's
// own goroutine may call its methods, because they end the check.
type env struct {
	Space
	ctx      context.Context // ends with the check
	cancel   context.CancelFunc
	began    time.Time
	advanced time.Duration // by Advance
	lastErr  error         // of the last call of free

	calls   sync.WaitGroup // calls in progress
	mu      sync.Mutex
	unlocks []func() error // of every acquired lock, for the end of the check
	undo    []func()       // of every pause and stall
}

func newEnv(h Space) *env {
	if h.Advance == nil {
		h.Advance = time.Sleep
	}
	if h.TTL == 0 {
		h.TTL = time.Second
	}
	if h.Timeout == 0 {
		h.Timeout = 5 * time.Second
	}
	e := &env{Space: h, began: time.Now()}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	return e
}

// close leaves the lock space idle: no process paused, no call in progress, no lock held. It reports no
// errors; a lock that hangs gets Timeout.
func (e *env) close() {
	e.cancel()
	for _, f := range e.undo {
		f()
	}
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		e.calls.Wait()
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, unlock := range e.unlocks {
			unlock()
		}
	}()
	select {
	case <-quiet:
	case <-time.After(e.Timeout):
	}
}

// broken ends the check with a violation of the contract.
func (e *env) broken(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if e.lastErr != nil {
		err = fmt.Errorf("%w (TryLock: %v)", err, e.lastErr)
	}
	panic(verdict{err})
}

// need skips the rule unless ok.
func (e *env) need(ok bool, why string) {
	if !ok {
		panic(verdict{skipped{why}})
	}
}

// pass lets d pass.
func (e *env) pass(d time.Duration) {
	e.Advance(d)
	e.advanced += d
}

// atLeast is the time that has certainly passed; atMost is the time that may have passed for the lock. They
// differ on a busy machine, and if Advance does not sleep.
func (e *env) atLeast() time.Duration { return e.advanced }
func (e *env) atMost() time.Duration  { return max(e.advanced, time.Since(e.began)) }

// patience limits calls whose duration the rule does not test, so that a lock that hangs fails the test
// instead of blocking it.
func (e *env) patience() time.Duration { return max(10*e.Timeout, time.Minute) }

// finish returns the result of f, if f returns within limit.
func finish[T any](e *env, limit time.Duration, what string, f func() T) T {
	done := make(chan T, 1)
	e.calls.Go(func() { done <- f() })
	return receive(e, limit, what, done)
}

// receive is the second half of finish, for a call that is already in progress.
func receive[T any](e *env, limit time.Duration, what string, done <-chan T) T {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case v := <-done:
		return v
	case <-timer.C:
		e.broken("%s has not returned after %v", what, limit)
		panic("not reached")
	}
}
