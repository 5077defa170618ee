package lock_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/locktest"
)

const ttl = 10 * time.Second

func TestMemoryKeepsTheContract(t *testing.T) {
	for name, open := range map[string]func() *lock.Memory{
		"made by NewMemory": lock.NewMemory,
		"zero value":        func() *lock.Memory { return new(lock.Memory) },
	} {
		t.Run(name, func(t *testing.T) {
			locktest.RunInBubble(t, func(t *testing.T) locktest.Harness {
				m := open()
				return locktest.Harness{Start: func() locktest.Process { return locktest.Process{Locker: m} }}
			})
		})
	}
}

func TestMemoryKeepsTheContractInRealTime(t *testing.T) {
	defer goleak.VerifyNone(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness {
		m := lock.NewMemory()
		return locktest.Harness{
			TTL:   200 * time.Millisecond,
			Start: func() locktest.Process { return locktest.Process{Locker: m} },
		}
	})
}

func TestMemoryKeepsALockUntilUnlockHoweverLongThatTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := lock.NewMemory()
		unlock, ok, err := m.TryLock(t.Context(), "k", ttl)
		require.True(t, ok)
		require.NoError(t, err)
		time.Sleep(24 * time.Hour)
		_, ok, _ = m.TryLock(t.Context(), "k", ttl)
		assert.False(t, ok)
		require.NoError(t, unlock())
		_, ok, _ = m.TryLock(t.Context(), "k", ttl)
		assert.True(t, ok)
	})
}

func TestMemoryFreesTheKeyOfAHolderThatHangsExactlyTTLAfterItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := lock.NewMemory()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		began := time.Now()
		_, ok, err := m.TryLock(ctx, "k", ttl)
		require.True(t, ok)
		require.NoError(t, err)
		require.NoError(t, m.Wait(t.Context(), "k"))
		assert.Equal(t, 30*time.Second+ttl, time.Since(began))
	})
}

func TestMemoryWakesAWaiterInTheInstantOfUnlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := lock.NewMemory()
		unlock, _, err := m.TryLock(t.Context(), "k", ttl)
		require.NoError(t, err)
		began := time.Now()
		time.AfterFunc(3*time.Second, func() { unlock() })
		require.NoError(t, m.Wait(t.Context(), "k"))
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

func TestMemoryWaitReturnsTheErrorOfItsContextAndNotTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := lock.NewMemory()
		unlock, _, err := m.TryLock(t.Context(), "k", ttl)
		require.NoError(t, err)
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(errors.New("the visitor has left")) })
		assert.Equal(t, context.Canceled, m.Wait(ctx, "k"), "while it waits")
		assert.Equal(t, context.Canceled, m.Wait(ctx, "k"), "before it waits")
		require.NoError(t, unlock())
	})
}

// Over the years a site has millions of keys.
func TestMemoryKeepsNothingOfAKeyThatIsNotHeld(t *testing.T) {
	m := lock.NewMemory()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cycle := func(n int) {
		for i := range n {
			unlock, ok, err := m.TryLock(ctx, "key number "+strconv.Itoa(i), ttl)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			unlock()
		}
	}
	cycle(1000)
	before := heap()
	cycle(100_000)
	assert.Less(t, heap(), before+1<<20, "bytes after 100,000 more keys")
	runtime.KeepAlive(m)
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func BenchmarkMemory(b *testing.B) {
	m := lock.NewMemory()
	benchmark(b, m)
}

func benchmark(b *testing.B, l lock.Locker) {
	b.ReportAllocs()
	for b.Loop() {
		unlock, ok, err := l.TryLock(b.Context(), "animals/kitten.jpg/100x100/crop/secret.jpg", ttl)
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
		unlock()
	}
}

func TestTheReleaseOfOneKeyIsSeldomTakenForThatOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := lock.NewMemory()
		time.Sleep(time.Second)
		since := time.Now()
		time.Sleep(time.Second)
		unlock, _, err := m.TryLock(t.Context(), "released", ttl)
		require.NoError(t, err)
		require.NoError(t, unlock())
		free := 0
		for i := range 100 {
			key := strconv.Itoa(i)
			_, ok, err := m.TryLock(t.Context(), key, ttl)
			require.NoError(t, err)
			require.True(t, ok)
			if m.FreeSince(key, since) {
				free++
			}
		}
		assert.Greater(t, free, 80, "of a hundred keys")
	})
}
