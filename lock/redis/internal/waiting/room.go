// Package waiting implements waiting until a lock in Redis is free. All callers receive releases over one
// connection.
package waiting

import (
	"context"
	"math"
	"time"

	"github.com/redis/go-redis/v9"
)

// A Room manages the callers that wait for locks. Any number of goroutines may use it at once.
type Room struct {
	Client  redis.UniversalClient // makes the Pub/Sub connection, which exists only while there are waiters
	Channel string                // on which each release is published as token:name

	// Look returns the holder of the lock in the key name; ok is false if nobody holds it.
	Look func(ctx context.Context, name string) (h Holder, ok bool, err error)

	// Poll is the interval at which a waiter checks the lock, in case a message is lost.
	Poll time.Duration

	// When Closed ends, every Wait returns its cause.
	Closed context.Context

	// Go calls f on a new goroutine and returns true. After Closed has ended, it returns false and may not
	// call f.
	Go func(f func()) bool

	listener listener
}

// Holder is the token of the lock, and its expiry. A negative expiry means none.
type Holder struct {
	Token   string
	Expires time.Duration
}

// Wait blocks until the lock in the key name is free, and then returns nil. It returns earlier with an error
// if ctx or Closed ends, or if Look fails.
func (r *Room) Wait(ctx context.Context, name string) error {
	if r.Closed.Err() != nil {
		return context.Cause(r.Closed)
	}
	if _, held, err := r.Look(ctx, name); err != nil || !held {
		return err
	}
	released, leave := r.join(name)
	defer leave()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		// Look only after joining: from then on no release is missed.
		holder, held, err := r.Look(ctx, name)
		if err != nil || !held {
			return err
		}
		timer.Reset(min(r.Poll, holder.lookAgain()))
		select {
		case token := <-released:
			if token == holder.Token {
				return nil
			}
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-r.Closed.Done():
			return context.Cause(r.Closed)
		}
	}
}

// lookAgain is how long a waiter relies on the message from the holder's unlock: if the holder dies, its
// lock expires without a message.
func (h Holder) lookAgain() time.Duration {
	if h.Expires < 0 {
		return math.MaxInt64
	}
	return h.Expires + time.Millisecond
}
