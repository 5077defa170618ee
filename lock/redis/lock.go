package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/breaker"
)

// TryLock locks key for ttl, at least one millisecond, and keeps renewing the lock until unlock is called
// or ctx ends. It does not wait: if another caller holds key, ok is false and err is nil. After an error,
// key is either not locked, or it is locked and expires after ttl without renewal; if Redis did not answer,
// it is unknown which.
//
// unlock works after ctx has ended and after Close. It frees key and wakes the callers that wait for it. If
// the lock was lost, unlock changes nothing and returns nil; OnError has then received [ErrLost]. If Redis
// did not confirm the release, unlock returns an error, and the lock expires. Further calls return the
// result of the first call.
func (l *Locker) TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error) {
	if ttl < time.Millisecond {
		return nil, false, fmt.Errorf("lock %q in Redis: ttl %v is less than a millisecond", key, ttl)
	}
	if l.ctx.Err() != nil {
		return nil, false, fmt.Errorf("lock %q in Redis: %w", key, ErrClosed)
	}
	h := &hold{
		l: l, key: key, name: l.name(key), ttl: ttl,
		token: rand.Text(),
		since: time.Now(),
	}
	found, err := breaker.Run(ctx, &l.breaker, h.name, h.acquire, h.abandon)
	if err != nil {
		return nil, false, fmt.Errorf("lock %q in Redis: %w", key, err)
	}
	if found == acquiredNot {
		return nil, false, nil
	}
	if found == acquiredFresh {
		h.freeFrom = time.Now().Add(-min(remembered, ttl) / 3)
	} else {
		h.freeFrom = time.Now()
	}
	l.holds.Store(key, h)
	return h.start(ctx), true, nil
}

// remembered is how long Redis remembers that a lock was released.
const remembered = 10 * time.Second

// FreeSince implements thumbnail.Historian. It returns false if since is more than a third of ttl, or more than
// 3.3 seconds, before TryLock returned. It sends no command, because TryLock has already seen whether another
// holder left a trace in Redis. The limits exist because Redis remembers a release for only ten seconds, and
// because the lock of a holder that was dead or stopped for two thirds of ttl may have expired without a trace.
func (l *Locker) FreeSince(key string, since time.Time) bool {
	h, ok := l.holds.Load(key)
	return ok && since.After(h.(*hold).freeFrom)
}

// hold is one acquired lock, from TryLock to unlock.
type hold struct {
	l         *Locker
	key, name string
	token     string
	ttl       time.Duration
	freeFrom  time.Time // the key was free from here until this lock

	// These fields belong to the goroutine that renews the lock, and after its end to unlock.
	since time.Time // the lock is valid for ttl from here on
	lost  bool
}

func (h *hold) acquire(ctx context.Context) (int, error) {
	return h.l.acquire(ctx, h.name, h.token, h.ttl)
}

// abandon releases a lock that may have been acquired although TryLock has returned an error.
func (h *hold) abandon(found int, err error) {
	if found == acquiredNot && !errors.Is(err, ErrDown) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), breaker.Timeout)
	defer cancel()
	h.l.release(ctx, h.name, h.token) // if this fails, the lock expires
}

// start renews until ctx ends or unlock is called.
func (h *hold) start(ctx context.Context) (unlock func() error) {
	working, done := context.WithCancel(ctx)
	ended := make(chan struct{})
	stop := context.AfterFunc(h.l.ctx, done)
	forget := func() { h.l.holds.CompareAndDelete(h.key, h) }
	renewals := func() {
		defer close(ended)
		defer stop()
		defer forget()
		h.renew(working)
	}
	if !h.l.spawn(renewals) {
		forget()
		close(ended)
	}
	return sync.OnceValue(func() error {
		done()
		<-ended
		return h.unlock(context.WithoutCancel(ctx))
	})
}

// renew renews the lock every third of ttl, so that it survives one failed renewal.
func (h *hold) renew(ctx context.Context) {
	every := h.ttl / 3
	timer := time.NewTimer(every - time.Since(h.since))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := time.Now()
		ours, err := breaker.Run(ctx, &h.l.breaker, h.name, func(ctx context.Context) (bool, error) {
			return h.l.renew(ctx, h.name, h.token, h.ttl)
		}, nil)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			h.l.report(fmt.Errorf("renew lock %q in Redis: %w", h.key, err))
		case !ours:
			h.lose("renew")
			return
		default:
			h.since = now
		}
		timer.Reset(every - time.Since(now))
	}
}

func (h *hold) unlock(ctx context.Context) error {
	if h.lost {
		return nil
	}
	found, err := breaker.Run(ctx, &h.l.breaker, h.name, func(ctx context.Context) (int, error) {
		return h.l.release(ctx, h.name, h.token)
	}, nil)
	if err != nil {
		return fmt.Errorf("unlock %q in Redis: %w", h.key, err)
	}
	// If the lock is absent before it could expire, an earlier attempt, whose reply was lost, has released it.
	if found == releasedOthers || found == releasedAbsent && time.Since(h.since) >= h.ttl {
		h.lose("unlock")
	}
	return nil
}

// lose records and reports that another process may have held the key while this one assumed to hold the
// lock.
func (h *hold) lose(doing string) {
	h.lost = true
	h.l.report(fmt.Errorf("%s lock %q in Redis: %w", doing, h.key, ErrLost))
}
