package locktest_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/locktest"
)

func TestALockInMemoryConforms(t *testing.T) {
	locktest.RunInBubble(t, func(*testing.T) locktest.Harness {
		m := lock.NewMemory()
		return locktest.Harness{Start: func() locktest.Process { return locktest.Process{Locker: m} }}
	})
}

// remote is a lock over a connection that can hang. It expires after its ttl, without renewal, as the
// contract allows.
type remote struct {
	*lock.Memory
	stalled atomic.Bool
}

func (r *remote) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	if r.stalled.Load() {
		ctx, cancel := context.WithTimeoutCause(ctx, time.Second, errors.New("no answer"))
		defer cancel()
		<-ctx.Done()
		return nil, false, context.Cause(ctx)
	}
	unlock, ok, err := r.Memory.TryLock(ctx, key, ttl)
	if ok {
		time.AfterFunc(ttl, func() { _ = unlock() })
	}
	return unlock, ok, err
}

func (r *remote) Wait(ctx context.Context, key string) error {
	if r.stalled.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return r.Memory.Wait(ctx, key)
}

func TestEveryHookAndOptionReachesTheRules(t *testing.T) {
	var advanced time.Duration
	called := map[string]int{}
	hook := func(name string) func() { return func() { called[name]++ } }
	locktest.RunInBubble(t, func(t *testing.T) locktest.Harness {
		r := &remote{Memory: lock.NewMemory()}
		return locktest.Harness{
			Start: func() locktest.Process {
				return locktest.Process{
					Locker:    r,
					Kill:      hook("Kill"),
					Pause:     func() func() { hook("Pause")(); return func() {} },
					Stall:     func() func() { hook("Stall")(); r.stalled.Store(true); return func() { r.stalled.Store(false) } },
					DropReply: hook("DropReply"),
				}
			},
			Advance:   func(d time.Duration) { advanced += d; time.Sleep(d) },
			TTL:       10 * time.Minute,
			Timeout:   time.Minute,
			NoRenewal: true,
		}
	})
	assert.Greater(t, advanced, 10*time.Minute)
	for _, name := range []string{"Kill", "Pause", "Stall", "DropReply"} {
		assert.NotZero(t, called[name], name)
	}
}
