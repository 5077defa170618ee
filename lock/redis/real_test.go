package redis_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/redistest"
)

func TestRedisIsKilledAndRestartedUnderLocks(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t)
	var log errorLog
	a, b := start(t, redistest.Single(s.Addr()), log.options(t)), start(t, redistest.Single(s.Addr()), log.options(t))
	held := a.lock(t, key, 900*time.Millisecond)
	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	time.Sleep(50 * time.Millisecond)

	s.Kill()
	assert.ErrorIs(t, <-waiting, redis.ErrDown, "a waiter is told that nobody knows")
	_, ok, err := b.TryLock(t.Context(), "other", time.Minute)
	assert.False(t, ok)
	assert.ErrorIs(t, err, redis.ErrDown)
	isLost := func(err error) bool { return errors.Is(err, redis.ErrLost) }
	isDown := func(err error) bool { return errors.Is(err, redis.ErrDown) }
	assert.Eventually(t, func() bool { return slices.ContainsFunc(log.all(), isDown) }, time.Minute, 10*time.Millisecond)

	s.Start() // without data
	began := time.Now()
	require.Eventually(t, func() bool {
		unlock, ok, err := b.TryLock(t.Context(), "other", time.Minute)
		return ok && err == nil && unlock() == nil
	}, time.Minute, time.Millisecond)
	t.Logf("locks work %v after Redis is back", time.Since(began))
	assert.Eventually(t, func() bool { return slices.ContainsFunc(log.all(), isLost) }, time.Minute, 10*time.Millisecond,
		"nobody said that the lock is gone")
	assert.NoError(t, held())
	assert.True(t, b.free(t, key))
}

func TestLocksSurviveAFailover(t *testing.T) {
	t.Parallel()
	s := redistest.StartSentinel(t)
	c := redistest.Sentinel(s.Sentinel.Addr())
	a, b := start(t, c, redis.Config{}), start(t, c, redis.Config{})
	unlock := a.lock(t, key, 20*time.Second)
	m := s.Master.Client()
	require.NoError(t, m.Do(t.Context(), "wait", 1, 5000).Err()) // until the replica has the lock
	m.Close()

	s.Master.Kill()
	began := time.Now()
	require.Eventually(t, func() bool {
		unlock, ok, err := b.TryLock(t.Context(), "other", time.Minute)
		return ok && err == nil && unlock() == nil
	}, 60*time.Second, 10*time.Millisecond, "no locks after the failover")
	t.Logf("locks work %v after the master's death", time.Since(began))
	assert.False(t, b.free(t, key), "the failover lost the lock")

	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	r := s.Replica.Client()
	defer r.Close()
	require.Eventually(t, func() bool { return redistest.NumSub(t, r, "restthumbnails:released") == 1 }, time.Minute, 10*time.Millisecond,
		"the waiter does not listen to the new master")
	require.Eventually(t, func() bool { return unlock() == nil }, time.Minute, 10*time.Millisecond)
	assert.NoError(t, <-waiting)
	assert.True(t, b.free(t, key))
}

func TestTheDocumentedRightsAreEnough(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t)
	admin := s.Client()
	defer admin.Close()
	rights := "+@connection +set +get +pttl +pexpire +hdel +evalsha +eval +publish +subscribe ~restthumbnails:* &restthumbnails:released"
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "thumbnails", "reset", "on", ">secret").Err())
	for _, right := range strings.Fields(rights) {
		require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "thumbnails", right).Err())
	}
	restricted := func(n *redistest.Network) goredis.UniversalClient {
		return goredis.NewClient(&goredis.Options{Addr: s.Addr(), Dialer: n.Dial, Username: "thumbnails", Password: "secret"})
	}
	var log errorLog
	opts := redis.Config{OnError: log.add}
	a, b := start(t, restricted, opts), start(t, restricted, opts)
	unlock := a.lock(t, key, 3*time.Second)
	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	require.Eventually(t, func() bool { return redistest.PubSubs(t, admin) == 1 }, time.Minute, time.Millisecond)
	left := time.Hour
	require.Eventually(t, func() bool {
		before := left
		left = admin.PTTL(t.Context(), redis.DefaultPrefix+":"+key).Val()
		return left > before
	}, time.Minute, 10*time.Millisecond, "no renewal")
	require.NoError(t, unlock())
	require.NoError(t, <-waiting)
	assert.Empty(t, log.all())
	denied, err := admin.Do(t.Context(), "acl", "log").Slice()
	require.NoError(t, err)
	assert.Empty(t, denied, "what the user was denied")
}
