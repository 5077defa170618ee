package redis_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/redistest"
)

// withoutRetries returns a client that never repeats a command.
func withoutRetries(addr string) redistest.Connect {
	return func(n *redistest.Network) goredis.UniversalClient {
		return goredis.NewClient(&goredis.Options{Addr: addr, Dialer: n.Dial, MaxRetries: -1})
	}
}

// contextual returns a client whose commands end with their context.
func contextual(addr string) redistest.Connect {
	return func(n *redistest.Network) goredis.UniversalClient {
		return goredis.NewClient(&goredis.Options{Addr: addr, Dialer: n.Dial, ContextTimeoutEnabled: true})
	}
}

func TestTheReplyToALockIsLostAndItIsOurs(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	for name, c := range map[string]redistest.Connect{"a client that retries": redistest.Single(m.Addr()), "one that does not": withoutRetries(m.Addr())} {
		p := start(t, c, redis.Config{})
		other := start(t, redistest.Single(m.Addr()), redis.Config{})
		require.NoError(t, p.lock(t, key, time.Minute)()) // loads the scripts
		lost := p.net.DropReply("evalsha", false)
		unlock := p.lock(t, key, time.Minute)
		lost()
		assert.False(t, other.free(t, key), name)
		require.NoError(t, unlock())
		assert.True(t, other.free(t, key), name)
	}
}

func TestTheReplyToUnlockIsLostAndNothingElse(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	var log errorLog
	p := start(t, redistest.Single(m.Addr()), redis.Config{OnError: log.add})
	require.NoError(t, p.lock(t, key, time.Minute)()) // loads the scripts
	unlock := p.lock(t, key, time.Minute)
	lost := p.net.DropReply("evalsha", false)
	require.NoError(t, unlock())
	lost()
	assert.Empty(t, log.all(), "the lock was not lost")
	assert.False(t, held(m, key))
}

// The connection stays open without a reply, so the client can't know whether Redis has set the lock. It
// has.
func TestALockThatTryLockCouldNotConfirmIsReleased(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]func(addr string) redistest.Connect{"a patient client": redistest.Single, "one that heeds contexts": contextual} {
		t.Run(name, func(t *testing.T) {
			m := miniredis.RunT(t)
			p := start(t, client(m.Addr()), redis.Config{})
			require.NoError(t, p.lock(t, key, time.Minute)()) // loads the scripts
			lost := p.net.DropReply("evalsha", true)
			_, ok, err := p.TryLock(t.Context(), key, time.Minute)
			assert.False(t, ok)
			assert.ErrorIs(t, err, redis.ErrDown)
			lost()
			assert.Eventually(t, func() bool { return !held(m, key) }, time.Minute, 10*time.Millisecond,
				"the lock stays, though nobody has it")
			assert.Eventually(t, func() bool {
				unlock, ok, _ := p.TryLock(t.Context(), key, time.Minute)
				return ok && unlock() == nil
			}, time.Minute, 10*time.Millisecond)
		})
	}
}

func TestALockThatArrivesAfterTheCallerHasLeftIsReleased(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	require.NoError(t, p.lock(t, key, time.Minute)()) // opens a connection
	resume := p.net.Stall()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, ok, err := p.TryLock(ctx, key, time.Minute)
	assert.False(t, ok)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	resume()
	time.Sleep(50 * time.Millisecond) // until the command has arrived
	assert.Eventually(t, func() bool { return !held(m, key) }, time.Minute, time.Millisecond)
}

func TestAHangingRedisCostsASecondOnceAndThenMilliseconds(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	require.NoError(t, p.lock(t, "a connection", time.Minute)())
	resume := p.net.Stall()
	began := time.Now()
	_, _, err := p.TryLock(t.Context(), key, time.Minute)
	assert.ErrorIs(t, err, redis.ErrDown)
	first := time.Since(began)

	var took []time.Duration
	for range 200 {
		began := time.Now()
		_, _, err := p.TryLock(t.Context(), key, time.Minute)
		assert.ErrorIs(t, err, redis.ErrDown)
		assert.ErrorIs(t, p.Wait(t.Context(), key), redis.ErrDown)
		took = append(took, time.Since(began))
		time.Sleep(5 * time.Millisecond)
	}
	slices.Sort(took)
	t.Logf("TryLock and Wait while Redis is down: median %v, max %v", took[100], took[199])
	assert.Less(t, 10*took[100], first)

	resume()
	began = time.Now()
	require.Eventually(t, func() bool { // another key, because the delayed command may have locked the first one, until its ttl
		_, ok, err := p.TryLock(t.Context(), "after", time.Minute)
		return ok && err == nil
	}, time.Minute, 5*time.Millisecond)
	t.Logf("back %v after Redis", time.Since(began))
}

func TestARefusedConnectionIsAnOutageToo(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	m.Close()
	_, ok, err := p.TryLock(t.Context(), key, time.Minute)
	assert.False(t, ok)
	require.ErrorIs(t, err, redis.ErrDown)
	require.NoError(t, m.Restart())
	require.Eventually(t, func() bool { return p.Wait(t.Context(), key) == nil }, time.Minute, 5*time.Millisecond)
	assert.True(t, p.free(t, key))
}

func TestUnlockDuringAnOutageSaysSo(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	unlock := p.lock(t, key, time.Minute)
	resume := p.net.Stall()
	defer resume()
	err := unlock()
	assert.ErrorIs(t, err, redis.ErrDown)
	assert.ErrorContains(t, err, key)
	assert.Equal(t, err, unlock(), "again")
}

// Waiters receive messages over a separate connection, which may break alone.
func TestAWaiterSurvivesTheLossOfThePubSubConnection(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t)
	a := start(t, redistest.Single(s.Addr()), redis.Config{})
	b := start(t, redistest.Single(s.Addr()), redis.Config{})
	admin := s.Client()
	defer admin.Close()
	subscribed := func() bool { return redistest.NumSub(t, admin, "restthumbnails:released") == 1 }
	unlock := a.lock(t, key, time.Minute)
	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	for range 3 {
		require.Eventually(t, subscribed, time.Minute, time.Millisecond)
		require.NoError(t, admin.ClientKillByFilter(t.Context(), "TYPE", "pubsub").Err())
	}
	require.Eventually(t, subscribed, time.Minute, time.Millisecond)
	require.NoError(t, unlock())
	require.NoError(t, <-waiting)
}

// Twenty goroutines lock and unlock while the network hangs from time to time; no lock may ever have two
// holders.
func TestMutualExclusionHoldsOnABadNetwork(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	var log errorLog
	processes := []*process{start(t, redistest.Single(m.Addr()), log.options(t)), start(t, redistest.Single(m.Addr()), log.options(t))}
	var holders, most, got int
	var mu sync.Mutex
	count := func(d int) {
		mu.Lock()
		defer mu.Unlock()
		holders += d
		most = max(most, holders)
		got += max(d, 0)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	var work sync.WaitGroup
	for i := range 20 {
		p := processes[i%2]
		work.Go(func() {
			for ctx.Err() == nil {
				unlock, ok, err := p.TryLock(ctx, key, time.Minute)
				switch {
				case ok:
					count(1)
					time.Sleep(time.Millisecond)
					count(-1)
					unlock()
				case err == nil:
					p.Wait(ctx, key)
				default:
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
	for ctx.Err() == nil {
		for _, p := range processes {
			p.net.DropReply("evalsha", false)
			time.Sleep(20 * time.Millisecond)
			resume := p.net.Stall()
			time.Sleep(30 * time.Millisecond)
			resume()
			time.Sleep(20 * time.Millisecond)
		}
	}
	work.Wait()
	t.Logf("%d locks", got)
	assert.Equal(t, 1, most, "holders at once")
	assert.Greater(t, got, 10)
}
