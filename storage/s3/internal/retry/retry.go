// Package retry runs an operation on a server again as long as its errors are transient.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/failure"
)

const (
	firstPause = 50 * time.Millisecond
	maxPause   = 2 * time.Second
)

// errStalled ends a try during which no byte moved for Policy.Stall.
var errStalled = errors.New("the connection stalled")

// Policy bounds operations.
type Policy struct {
	Timeout time.Duration // of an operation, with all its tries
	Stall   time.Duration // how long no byte may move before a try is given up and repeated
}

// Do runs one operation: try, again and again while its errors are transient, until p.Timeout or ctx ends
// it. try calls alive whenever bytes move.
func (p Policy) Do(ctx context.Context, try func(ctx context.Context, alive func()) error) error {
	bounded, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	return p.retry(ctx, bounded, try)
}

func (p Policy) retry(caller, ctx context.Context, try func(context.Context, func()) error) error {
	var last error
	for tries := 0; ; tries++ {
		if ctx.Err() != nil {
			return timeUp(caller, ctx, tries, last)
		}
		err := p.try(ctx, try)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			if last == nil || !errors.Is(err, ctx.Err()) {
				last = err
			}
			return timeUp(caller, ctx, tries+1, last)
		case !failure.Transient(err, tries+1):
			return failure.Explain(err)
		}
		last = err
		wait := pause(tries)
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
			return timeUp(caller, ctx, tries+1, last) // say so now, while the caller can still answer
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// try runs one try under a watchdog, which ends it once no byte has moved for p.Stall.
func (p Policy) try(ctx context.Context, try func(context.Context, func()) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(p.Stall, func() { cancel(errStalled) })
	defer watchdog.Stop()
	err := try(ctx, func() { watchdog.Reset(p.Stall) })
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return failure.Passing{Err: fmt.Errorf("%w for %v", errStalled, p.Stall)}
	}
	return err
}

// pause gives the time to wait after try n (from 0) has failed: doubling from 50 ms to 2 s, of
// which one half is random, so that operations that failed together don't come back together.
func pause(n int) time.Duration {
	d := min(firstPause<<min(n, 10), maxPause)
	return d/2 + rand.N(d/2)
}

// timeUp is the error of an operation that ends because ctx did, after some tries. caller is the
// context that the operation was given, last the last error that says more than that; it may be
// nil.
func timeUp(caller, ctx context.Context, tries int, last error) error {
	err := caller.Err()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = context.DeadlineExceeded // not yet, but before another try could start
	}
	if last == nil || errors.Is(last, err) {
		return fmt.Errorf("gave up waiting for an answer: %w", err)
	}
	return fmt.Errorf("gave up after %d tries: %w; the last to say why: %w", tries, err, failure.Explain(last))
}
