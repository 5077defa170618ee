package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

const (
	firstPause = 50 * time.Millisecond
	maxPause   = 2 * time.Second
)

// do runs one operation: try, again and again while its errors are transient, until Config.Timeout
// or ctx ends it. what names the operation in its error. try calls alive whenever bytes move.
func (s *Storage) do(ctx context.Context, what string, try func(ctx context.Context, alive func()) error) error {
	bounded, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err := s.retry(ctx, bounded, try)
	if err != nil {
		return fmt.Errorf("s3: %s in bucket %q: %w", what, s.bucket, err)
	}
	return nil
}

func (s *Storage) retry(caller, ctx context.Context, try func(context.Context, func()) error) error {
	var last error
	for tries := 0; ; tries++ {
		if ctx.Err() != nil {
			return timeUp(caller, ctx, tries, last)
		}
		err := s.try(ctx, try)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			if last == nil || !errors.Is(err, ctx.Err()) {
				last = err
			}
			return timeUp(caller, ctx, tries+1, last)
		case !transient(err, tries+1):
			return explain(err)
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

// try runs one try under a watchdog, which ends it once no byte has moved for Config.StallTimeout.
func (s *Storage) try(ctx context.Context, try func(context.Context, func()) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(s.cfg.StallTimeout, func() { cancel(errStalled) })
	defer watchdog.Stop()
	err := try(ctx, func() { watchdog.Reset(s.cfg.StallTimeout) })
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return fmt.Errorf("%w for %v", errStalled, s.cfg.StallTimeout)
	}
	return err
}

// pause gives the time to wait after try n (from 0) has failed: doubling from 50 ms to 2 s, of
// which one half is random, so that operations that failed together don't come back together.
func pause(n int) time.Duration {
	d := min(firstPause<<min(n, 10), maxPause)
	return d/2 + rand.N(d/2)
}

// movingReader tells alive of each read.
type movingReader struct {
	io.Reader
	alive func()
}

func (r movingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.alive()
	return n, err
}
