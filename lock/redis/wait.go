package redis

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Wait blocks until key is free, and then returns nil. It returns earlier with an error if ctx ends or
// Redis can't be reached. When Wait returns, another caller may already have locked the key.
//
// An unlock in any process wakes Wait at once, and so does the expiry of a dead holder's lock. In addition,
// Wait checks the lock in Redis once a second. All calls share one Pub/Sub connection, which is closed when
// no call waits.
func (l *Locker) Wait(ctx context.Context, key string) error {
	if err := l.wait(ctx, l.name(key)); err != nil {
		return fmt.Errorf("wait for lock %q in Redis: %w", key, err)
	}
	return nil
}

func (l *Locker) wait(ctx context.Context, name string) error {
	if l.ctx.Err() != nil {
		return ErrClosed
	}
	if _, held, err := l.look(ctx, name); err != nil || !held {
		return err
	}
	released, leave := l.waiting.join(name)
	defer leave()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		// Only a look after joining counts: what is released from here on, we hear of.
		holder, held, err := l.look(ctx, name)
		if err != nil || !held {
			return err
		}
		timer.Reset(min(l.pollEvery, holder.lookAgain()))
		select {
		case token := <-released:
			if token == holder.token {
				return nil
			}
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.ctx.Done():
			return ErrClosed
		}
	}
}

// lookAgain is how long h may be relied upon to say so when it unlocks: if it dies, its lock
// expires without a word.
func (h holder) lookAgain() time.Duration {
	if h.expires < 0 {
		return math.MaxInt64
	}
	return h.expires + time.Millisecond
}
