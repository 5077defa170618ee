// Package yield lets other goroutines run while a worker computes.
package yield

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// every is the time for which a worker computes before it yields.
const every = time.Millisecond

// A yielding is the context of a worker, made by Context. Decoders, processors and encoders call its Err
// frequently to check whether to end, and at intervals Err lets other goroutines run. Go's scheduler would
// preempt a worker only after 10 ms, so a request for a stored thumbnail would wait for each worker in turn.
type yielding struct {
	context.Context
	yield func()
	start time.Time
	last  atomic.Int64 // nanoseconds after start
}

// Context returns a context for a worker, whose Err yields the processor once a millisecond.
func Context(ctx context.Context) context.Context { return yieldingTo(ctx, runtime.Gosched) }

func yieldingTo(ctx context.Context, yield func()) *yielding {
	return &yielding{Context: ctx, yield: yield, start: time.Now()}
}

// Err may be called by any number of goroutines.
func (y *yielding) Err() error {
	now, last := int64(time.Since(y.start)), y.last.Load()
	if now-last >= int64(every) && y.last.CompareAndSwap(last, now) {
		y.yield()
	}
	return y.Context.Err()
}
