// Package breaker detects that Redis is down, and then makes calls fail without delay: of the calls during
// an outage, only a few probes reach Redis.
package breaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrDown means that Redis does not answer, or can't work at the moment (loading, failing over).
var ErrDown = errors.New("redis is down")

// Timeout is the time limit of a command. After a timeout Redis counts as down.
const Timeout = time.Second

const (
	// probePause is the time from the end of one probe to the start of the next.
	probePause = 250 * time.Millisecond
	// probeGrace is how long a call waits for the reply to a probe, counted from the start of the probe. It is
	// sufficient for a working Redis, so that the first call after an outage succeeds.
	probeGrace = 5 * time.Millisecond
)

// errOverdue is the cause of a command's timeout. It is not context.DeadlineExceeded, which the caller
// would mistake for its own deadline.
var errOverdue = fmt.Errorf("%w: no answer within %v", ErrDown, Timeout)

// Breaker remembers that Redis is down, so that not every call runs into a timeout. Any number of
// goroutines may use it at once.
type Breaker struct {
	// Probe sends a command for key that changes nothing. An error reply shows that Redis is up, as nil does.
	// Probe must be set before the first outage.
	Probe func(ctx context.Context, key string) error

	answers atomic.Int64 // number of replies to commands and probes

	mu      sync.Mutex
	down    error         // the cause; nil while Redis is up
	key     string        // of the command that failed: in a cluster, only one node may be down
	up      time.Time     // when the last outage ended
	probed  time.Time     // when the last probe ended, or the outage began
	asked   time.Time     // when the current probe began
	probing chan struct{} // closed at the end of the current probe; nil if there is none
}

// allow returns nil if Redis counts as up. Otherwise it ensures that a probe is in progress.
func (b *Breaker) allow(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil && b.probing == nil && time.Since(b.probed) >= probePause {
		b.asked, b.probing = time.Now(), make(chan struct{})
		go b.ask(b.key)
	}
	if grace := probeGrace - time.Since(b.asked); b.probing != nil && grace > 0 {
		answered := b.probing
		b.mu.Unlock()
		await(ctx, answered, grace)
		b.mu.Lock()
	}
	return b.down
}

// ask sends one probe, which takes at most Timeout.
func (b *Breaker) ask(key string) {
	_, err := attempt(context.Background(), b, key, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.Probe(ctx, key)
	}, nil)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probed = time.Now()
	if !errors.Is(err, ErrDown) { // an error reply is also a reply
		b.down, b.up = nil, b.probed
	}
	close(b.probing)
	b.probing = nil
}

// trip records that Redis is down, as detected by a command that began at since. Commands that began before
// the last recovery are ignored.
func (b *Breaker) trip(key string, since time.Time, cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if since.Before(b.up) {
		return
	}
	if b.down == nil {
		b.key, b.probed = key, time.Now()
	}
	b.down = cause
}

// Run runs command, unless Redis counts as down. Run returns when command has returned, when the time of
// command is over, or when ctx ends. command itself ignores ctx and has its own Timeout: even after ctx has
// ended, its reply shows that Redis is up, and a missing reply shows that Redis is down. If undo is not nil,
// it is called with each result that came too late for Run to return. It is also called with ErrDown, because
// it is then unknown what Redis has done.
func Run[T any](ctx context.Context, b *Breaker, key string, command func(context.Context) (T, error), undo func(T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if err := b.allow(ctx); err != nil {
		return none, err
	}
	return attempt(ctx, b, key, command, undo)
}

// attempt is Run without asking the breaker first.
func attempt[T any](ctx context.Context, b *Breaker, key string, command func(context.Context) (T, error), undo func(T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	began := time.Now()
	overdue := make(chan struct{})
	// Unbuffered, so that a successful result reaches either the caller or undo.
	results, gone := make(chan result), make(chan struct{})
	defer close(gone)
	go func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		limit := startCountdown(&b.answers, func() {
			b.trip(key, began, errOverdue)
			cancel()
			close(overdue)
		})
		var r result
		r.value, r.err = command(ctx)
		limit.stop()
		if Unavailable(r.err) {
			r.err = downBy(ctx, r.err)
			b.trip(key, began, r.err)
		} else {
			b.answers.Add(1)
		}
		select {
		case results <- r:
			if !errors.Is(r.err, ErrDown) {
				return
			}
		case <-gone:
		}
		if undo != nil {
			undo(r.value, r.err)
		}
	}()
	var none T
	select {
	case r := <-results:
		return r.value, r.err
	case <-overdue:
		return none, errOverdue
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// downBy returns the error for a command that failed with err. ctx is the context of the command.
func downBy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errOverdue
	}
	return fmt.Errorf("%w: %v", ErrDown, err) // %v, not %w: err may match context.DeadlineExceeded, but not because of the caller's deadline
}

// Unavailable reports whether err means that Redis can't be reached, or can't work at present. Any other
// error reply counts as an answer.
func Unavailable(err error) bool {
	var reply redis.Error
	switch {
	case err == nil || errors.Is(err, redis.Nil):
		return false
	case !errors.As(err, &reply):
		return true
	}
	return redis.IsLoadingError(err) || redis.IsReadOnlyError(err) || redis.IsMasterDownError(err) ||
		redis.IsClusterDownError(err) || redis.IsNoReplicasError(err) || redis.IsMaxClientsError(err)
}

// await waits until done is closed, d has passed, or ctx has ended.
func await(ctx context.Context, done <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}
