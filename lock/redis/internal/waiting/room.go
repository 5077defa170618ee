// Package waiting lets callers wait until a lock in Redis is free. All of them hear of releases over one
// connection.
package waiting

import (
	"context"
	"math"
	"time"

	"github.com/redis/go-redis/v9"
)

// A Room is where callers wait for locks. Any number of goroutines may use it at once.
type Room struct {
	Client  redis.UniversalClient // makes the Pub/Sub connection, which exists only while there are waiters
	Channel string                // on which each release is published as token:name

	// Look returns the holder of the lock in the key name; ok is false if nobody holds it.
	Look func(ctx context.Context, name string) (h Holder, ok bool, err error)

	// Poll bounds how long a waiter believes what it saw, in case an announcement is lost.
	Poll time.Duration

	// When Closed ends, every Wait returns its cause.
	Closed context.Context

	// Go calls f on a goroutine of its own and returns true; after Closed has ended, it returns false and may
	// leave f uncalled.
	Go func(f func()) bool

	listener listener
}

// Holder is whose lock it is and when it expires. A negative expiry is none.
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
		// Only a look after joining counts: what is released from here on, we hear of.
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
