// Package retry repeats an operation on a server while its errors are transient.
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

// errStalled ends an attempt in which no byte was transferred for Policy.Stall.
var errStalled = errors.New("the connection stalled")

// Policy has the time limits of operations.
type Policy struct {
	Timeout time.Duration // of an operation, including all attempts
	Stall   time.Duration // how long an attempt may transfer no byte before it is abandoned and retried
}

// Do runs one operation. It repeats try while its errors are transient, until p.Timeout or ctx ends it. try
// calls alive whenever bytes are transferred.
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
			return timeUp(caller, ctx, tries+1, last) // return now, while the caller can still respond
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// try runs one attempt under a watchdog, which ends it if no byte is transferred for p.Stall.
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

// pause returns the time to wait after attempt n (from 0) has failed: it doubles from 50 ms to 2 s, and
// half of it is random, so that operations that failed together are not retried together.
func pause(n int) time.Duration {
	d := min(firstPause<<min(n, 10), maxPause)
	return d/2 + rand.N(d/2)
}

// timeUp returns the error of an operation that ends after some attempts because ctx has ended. caller is
// the context of the operation. last is the last error other than that of the context; it may be nil.
func timeUp(caller, ctx context.Context, tries int, last error) error {
	err := caller.Err()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = context.DeadlineExceeded // ctx has not ended yet, but ends before another attempt could start
	}
	if last == nil || errors.Is(last, err) {
		return fmt.Errorf("gave up waiting for an answer: %w", err)
	}
	return fmt.Errorf("gave up after %d tries: %w; the last to say why: %w", tries, err, failure.Explain(last))
}
