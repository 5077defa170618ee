package redis_test

import (
	"context"
	"regexp"
	"runtime"
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

const key = "animals/kitten.jpg/100x100/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg"

// lock locks key, which must be free.
func (p *process) lock(t *testing.T, key string, ttl time.Duration) (unlock func() error) {
	t.Helper()
	unlock, ok, err := p.TryLock(t.Context(), key, ttl)
	require.NoError(t, err)
	require.True(t, ok, "the key is held")
	return unlock
}

// free reports whether key can be locked, and unlocks it again.
func (p *process) free(t *testing.T, key string) bool {
	t.Helper()
	unlock, ok, err := p.TryLock(t.Context(), key, time.Minute)
	require.NoError(t, err)
	if ok {
		require.NoError(t, unlock())
	}
	return ok
}

// held reports whether Redis has a lock of key.
func held(m *miniredis.Miniredis, key string) bool {
	value, err := m.Get(redis.DefaultPrefix + ":" + key)
	return err == nil && value != ""
}

func TestALockerRemembersForAWhileThatAKeyWasHeld(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	a, b := start(t, redistest.Single(m.Addr()), redis.Config{}), start(t, redistest.Single(m.Addr()), redis.Config{})
	fresh := func(p *process) bool {
		before := time.Now()
		m.FlushAll()
		unlock := p.lock(t, key, time.Hour)
		defer unlock()
		return p.FreeSince(key, before)
	}
	assert.Eventually(t, func() bool { return fresh(a) }, time.Minute, time.Millisecond, "nobody has ever held it")
	m.FlushAll()
	before := time.Now()
	unlock := a.lock(t, key, time.Hour)
	assert.False(t, a.FreeSince(key, before.Add(-4*time.Second)), "nobody knows")
	assert.False(t, b.FreeSince(key, before), "held elsewhere")
	require.NoError(t, unlock())
	assert.False(t, a.FreeSince(key, before), "not held")
	m.FastForward(9 * time.Second)
	unlock = b.lock(t, key, time.Hour)
	assert.False(t, b.FreeSince(key, before))
	require.NoError(t, unlock())
	m.FastForward(10 * time.Second)
	assert.Empty(t, m.Keys(), "and then it forgets")
}

// This test runs before the parallel tests, so all goroutines of the package are its own.
func TestNoGoroutineIsLeftWithoutClose(t *testing.T) {
	m := miniredis.RunT(t)
	a := start(t, redistest.Single(m.Addr()), redis.Config{})
	b := start(t, redistest.Single(m.Addr()), redis.Config{})
	unlock := a.lock(t, key, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	_, ok, err := a.TryLock(ctx, "never unlocked", time.Minute)
	require.True(t, ok, err)
	var waiters sync.WaitGroup
	for range 10 {
		waiters.Go(func() { assert.NoError(t, b.Wait(t.Context(), key)) })
	}
	waiters.Go(func() { assert.ErrorIs(t, b.Wait(ctx, "never unlocked"), context.Canceled) })
	require.Eventually(t, func() bool { return len(m.PubSubChannels("*")) == 1 }, time.Minute, time.Millisecond)
	require.NoError(t, unlock())
	cancel()
	waiters.Wait()

	ours := regexp.MustCompile(`lock/redis(/internal/(breaker|waiting))?\.`)
	stacks := func() string {
		buf := make([]byte, 1<<20)
		return string(buf[:runtime.Stack(buf, true)])
	}
	assert.Eventually(t, func() bool { return !ours.MatchString(stacks()) }, time.Minute, 10*time.Millisecond)
	assert.Empty(t, m.PubSubChannels("*"), "the Pub/Sub connection is open, though nobody waits")
}

func TestALockIsAKeyWithATokenAndAnExpiry(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	unlock := p.lock(t, key, 10*time.Second)
	require.Equal(t, []string{"restthumbnails:" + key}, m.Keys())
	first, err := m.Get("restthumbnails:" + key)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(first), 26, "a token that nobody guesses")
	assert.Equal(t, 10*time.Second, m.TTL("restthumbnails:"+key))
	require.NoError(t, unlock())
	value, err := m.Get("restthumbnails:" + key)
	require.NoError(t, err)
	assert.Empty(t, value, "it was held not long ago")
	assert.Equal(t, 10*time.Second, m.TTL("restthumbnails:"+key))

	p.lock(t, key, 10*time.Second)
	second, err := m.Get("restthumbnails:" + key)
	require.NoError(t, err)
	assert.NotEqual(t, first, second, "every lock has a token of its own")
}

func TestPrefixesAreSeparateLockSpaces(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	a := start(t, redistest.Single(m.Addr()), redis.Config{Prefix: "a"})
	b := start(t, redistest.Single(m.Addr()), redis.Config{Prefix: "b"})
	a.lock(t, key, time.Minute)
	assert.True(t, b.free(t, key))
	assert.False(t, a.free(t, key))
}

func TestATTLBelowAMillisecondIsRefused(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	for _, ttl := range []time.Duration{-time.Second, 0, time.Microsecond} {
		_, ok, err := p.TryLock(t.Context(), key, ttl)
		assert.False(t, ok)
		assert.ErrorContains(t, err, "ttl")
	}
}

func TestNewWithoutAClientPanics(t *testing.T) {
	t.Parallel()
	assert.Panics(t, func() { redis.New(nil, redis.Config{}) })
}

func TestCloseEndsEverythingButUnlock(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	unlock := p.lock(t, key, time.Minute)
	waiting := make(chan error)
	go func() { waiting <- p.Wait(t.Context(), key) }()
	require.Eventually(t, func() bool { return len(m.PubSubChannels("*")) == 1 }, time.Minute, time.Millisecond)

	require.NoError(t, p.Close())
	assert.ErrorIs(t, <-waiting, redis.ErrClosed)
	_, ok, err := p.TryLock(t.Context(), "other", time.Minute)
	assert.False(t, ok)
	assert.ErrorIs(t, err, redis.ErrClosed)
	assert.ErrorIs(t, p.Wait(t.Context(), key), redis.ErrClosed)
	require.NoError(t, unlock())
	assert.False(t, held(m, key))
	require.NoError(t, p.Close(), "Close again")
}

func TestTheScriptsSurviveAFlush(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	for range 3 {
		require.NoError(t, p.client.ScriptFlush(t.Context()).Err())
		require.NoError(t, p.lock(t, key, time.Minute)())
		require.NoError(t, p.Wait(t.Context(), key))
	}
}

func TestAWaiterFindsOutWithoutAnAnnouncement(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	m.Set("restthumbnails:"+key, "somebody who says nothing")
	time.AfterFunc(100*time.Millisecond, func() { m.Del("restthumbnails:" + key) })
	require.NoError(t, p.Wait(t.Context(), key))
}

// A delayed message about an earlier lock must not count as the release of the current one.
func TestAWaiterIgnoresTheReleaseOfAnotherLock(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	a := start(t, redistest.Single(m.Addr()), redis.Config{})
	b := start(t, redistest.Single(m.Addr()), redis.Config{})
	unlock := a.lock(t, key, time.Minute)
	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	require.Eventually(t, func() bool { return len(m.PubSubChannels("*")) == 1 }, time.Minute, time.Millisecond)
	for _, payload := range []string{"", ":", "x", "OLDTOKEN:restthumbnails:" + key, ":restthumbnails:" + key} {
		m.Publish("restthumbnails:released", payload)
	}
	select {
	case err := <-waiting:
		require.Fail(t, "Wait returned while the key was held", "%v", err)
	case <-time.After(100 * time.Millisecond):
	}
	require.NoError(t, unlock())
	require.NoError(t, <-waiting)
}

func TestAClientThatIsClosedFailsClearly(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	client := goredis.NewClient(&goredis.Options{Addr: m.Addr()})
	l := redis.New(client, redis.Config{})
	defer l.Close()
	require.NoError(t, client.Close())
	_, ok, err := l.TryLock(t.Context(), key, time.Minute)
	assert.False(t, ok)
	assert.ErrorIs(t, err, redis.ErrDown)
	assert.ErrorContains(t, err, "closed")
}

func TestARingLocksAndWaits(t *testing.T) {
	t.Parallel()
	shards := map[string]string{"a": miniredis.RunT(t).Addr(), "b": miniredis.RunT(t).Addr()}
	ring := func(n *redistest.Network) goredis.UniversalClient {
		return goredis.NewRing(&goredis.RingOptions{Addrs: shards, Dialer: n.Dial})
	}
	a, b := start(t, ring, redis.Config{}), start(t, ring, redis.Config{})
	var waiters sync.WaitGroup
	for _, k := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		unlock := a.lock(t, k, time.Minute)
		assert.False(t, b.free(t, k))
		time.AfterFunc(100*time.Millisecond, func() { assert.NoError(t, unlock()) })
		waiters.Go(func() { assert.NoError(t, b.Wait(t.Context(), k)) })
	}
	waiters.Wait()
}
