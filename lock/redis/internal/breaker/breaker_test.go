package breaker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeRedis answers commands and probes at once. While it hangs, they end with their context.
type fakeRedis struct {
	hangs            atomic.Bool
	commands, probes atomic.Int32
	asking, most     atomic.Int32 // concurrent probes
}

func (f *fakeRedis) answer(ctx context.Context) error {
	if f.hangs.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (f *fakeRedis) command(ctx context.Context) (bool, error) {
	f.commands.Add(1)
	return true, f.answer(ctx)
}

func (f *fakeRedis) probe(ctx context.Context, key string) error {
	f.probes.Add(1)
	f.most.Store(max(f.most.Load(), f.asking.Add(1)))
	defer f.asking.Add(-1)
	return f.answer(ctx)
}

func (f *fakeRedis) breaker() *Breaker { return &Breaker{Probe: f.probe} }

// call runs one command and returns how long that took.
func (f *fakeRedis) call(ctx context.Context, b *Breaker) (time.Duration, error) {
	began := time.Now()
	_, err := Run(ctx, b, "key", f.command, nil)
	return time.Since(began), err
}

// down returns a breaker that has just detected that f hangs.
func (f *fakeRedis) down(t *testing.T) *Breaker {
	b := f.breaker()
	f.hangs.Store(true)
	_, err := f.call(t.Context(), b)
	require.ErrorIs(t, err, ErrDown)
	return b
}

func TestACommandHasOneSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		defer close(stuck)
		began := time.Now()
		_, err := Run(t.Context(), new(Breaker), "key", func(context.Context) (bool, error) {
			<-stuck // a client that ignores its context
			return true, nil
		}, nil)
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, err, ErrDown)
		assert.NotErrorIs(t, err, context.DeadlineExceeded, "the caller has no deadline")
	})
}

func TestAReplyAfter900msIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(Breaker)
		ok, err := Run(t.Context(), b, "key", func(context.Context) (bool, error) {
			time.Sleep(900 * time.Millisecond)
			return true, nil
		}, nil)
		assert.NoError(t, err)
		assert.True(t, ok)
		assert.NoError(t, b.allow(t.Context()))
	})
}

func TestAnOutageCostsEachCallAFewMilliseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeRedis
		b := f.down(t)
		before := f.commands.Load()
		began := time.Now()
		for time.Since(began) < 10*time.Second {
			var calls sync.WaitGroup
			for range 10 {
				calls.Go(func() {
					took, err := f.call(t.Context(), b)
					assert.ErrorIs(t, err, ErrDown)
					assert.LessOrEqual(t, took, probeGrace)
				})
			}
			calls.Wait()
			time.Sleep(10 * time.Millisecond)
		}
		assert.Equal(t, before, f.commands.Load(), "commands were sent to a Redis that is down")
		assert.EqualValues(t, 8, f.probes.Load(), "a probe hangs for a second and the next one starts a quarter of a second later")
		assert.EqualValues(t, 1, f.most.Load(), "probes at once")
		time.Sleep(Timeout) // until the next probe is allowed
	})
}

func TestNothingRunsDuringAnOutageWhenNobodyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeRedis
		f.down(t)
		time.Sleep(time.Hour)
		assert.Zero(t, f.probes.Load())
	})
}

func TestTheFirstCallAfterAnOutageSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeRedis
		b := f.down(t)
		time.Sleep(time.Minute)
		f.hangs.Store(false)
		took, err := f.call(t.Context(), b)
		assert.NoError(t, err)
		assert.LessOrEqual(t, took, probeGrace)
	})
}

func TestAFailedProbeIsFollowedByOneThatSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeRedis
		b := f.down(t)
		time.Sleep(probePause)
		_, err := f.call(t.Context(), b)
		require.ErrorIs(t, err, ErrDown)
		time.Sleep(Timeout)
		f.hangs.Store(false)
		_, err = f.call(t.Context(), b)
		require.ErrorIs(t, err, ErrDown, "it is not time for a probe yet")
		time.Sleep(probePause)
		_, err = f.call(t.Context(), b)
		assert.NoError(t, err)
	})
}

func TestACallerWithLittleTimeFindsOutToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeRedis
		b := f.breaker()
		f.hangs.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		took, err := f.call(ctx, b)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, ErrDown)
		assert.Equal(t, 100*time.Millisecond, took)
		time.Sleep(Timeout)
		_, err = f.call(t.Context(), b)
		assert.ErrorIs(t, err, ErrDown)
		assert.EqualValues(t, 1, f.commands.Load())
	})
}

func TestACallerThatLeavesIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(Breaker)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		late := make(chan bool, 1)
		_, err := Run(ctx, b, "key", func(ctx context.Context) (bool, error) {
			time.Sleep(500 * time.Millisecond)
			return true, ctx.Err()
		}, func(ok bool, err error) { late <- ok && err == nil })
		assert.ErrorIs(t, err, context.Canceled)
		assert.True(t, <-late, "the command went on, and its result was not lost")
		time.Sleep(time.Minute)
		assert.NoError(t, b.allow(t.Context()))
	})
}

func TestWhatBeganBeforeTheRecoverySaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeRedis
		b := f.down(t)
		old := time.Now()
		time.Sleep(probePause)
		f.hangs.Store(false)
		_, err := f.call(t.Context(), b)
		require.NoError(t, err)
		b.trip("key", old, errOverdue)
		_, err = f.call(t.Context(), b)
		assert.NoError(t, err)
	})
}

// reply is an error reply of Redis.
type reply string

func (r reply) Error() string { return string(r) }
func (reply) RedisError()     {}

func TestErrorRepliesAreAnswers(t *testing.T) {
	for err, want := range map[error]bool{
		nil:                              false,
		redis.Nil:                        false,
		reply("WRONGTYPE Operation"):     false,
		reply("NOPERM this user"):        false,
		reply("OOM command not allowed"): false,
		reply("LOADING Redis is"):        true,
		reply("READONLY You can't"):      true,
		reply("CLUSTERDOWN Hash slot"):   true,
		reply("MASTERDOWN Link with"):    true,
		reply("NOREPLICAS Not enough"):   true,
		errors.New("connection reset"):   true,
		context.DeadlineExceeded:         true,
		redis.ErrClosed:                  true,
	} {
		assert.Equal(t, want, Unavailable(err), "%v", err)
	}
}
