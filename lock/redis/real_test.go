package redis_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/lock/redis"
)

// numSub is how many connections listen on channel.
func numSub(t *testing.T, c goredis.UniversalClient, channel string) int64 {
	t.Helper()
	n, err := c.PubSubNumSub(context.Background(), channel).Result()
	require.NoError(t, err)
	return n[channel]
}

// pubsubs is how many connections of clients are in Pub/Sub mode.
func pubsubs(t *testing.T, c *goredis.Client) int {
	t.Helper()
	list, err := c.Do(context.Background(), "client", "list", "type", "pubsub").Text()
	require.NoError(t, err)
	return strings.Count(list, "\n")
}

func TestAHundredWaitersShareOneConnectionAndWakeAtOnce(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) (*server, connect){
		"single":  func(t *testing.T) (*server, connect) { s := startServer(t); return s, single(s.addr()) },
		"cluster": func(t *testing.T) (*server, connect) { s := startCluster(t); return s, cluster(s.addr()) },
	} {
		t.Run(name, func(t *testing.T) {
			s, c := open(t)
			admin := s.client()
			defer admin.Close()
			a, b := start(t, c, redis.Options{}), start(t, c, redis.Options{})
			redis.PollEvery(b.Locker, time.Hour) // so that they hear of it or hang
			keys := []string{"one", "two", "three", "four"}
			var unlocks []func() error
			for _, k := range keys {
				unlocks = append(unlocks, a.lock(t, k, time.Minute))
			}
			var waiters sync.WaitGroup
			for i := range 100 {
				waiters.Go(func() {
					assert.NoError(t, b.Wait(t.Context(), keys[i%len(keys)]))
				})
			}
			require.Eventually(t, func() bool { return pubsubs(t, admin) == 1 }, time.Minute, time.Millisecond)
			time.Sleep(200 * time.Millisecond) // for the last of the hundred
			assert.Equal(t, 1, pubsubs(t, admin), "Pub/Sub connections")
			assert.EqualValues(t, 1, numSub(t, admin, "restthumbnails:released"))
			for _, unlock := range unlocks {
				require.NoError(t, unlock())
			}
			waiters.Wait()
			assert.Eventually(t, func() bool { return pubsubs(t, admin) == 0 }, time.Minute, time.Millisecond,
				"the connection is open, though nobody waits")
		})
	}
}

func TestAWaiterHearsOfTheReleaseAtOnce(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	a, b := start(t, single(s.addr()), redis.Options{}), start(t, single(s.addr()), redis.Options{})
	redis.PollEvery(b.Locker, time.Hour) // so that it hears of it or hangs
	admin := s.client()
	defer admin.Close()
	var took []time.Duration
	for range 50 {
		unlock := a.lock(t, key, time.Minute)
		woken := make(chan time.Time, 1)
		go func() {
			assert.NoError(t, b.Wait(t.Context(), key))
			woken <- time.Now()
		}()
		require.Eventually(t, func() bool { return pubsubs(t, admin) == 1 }, time.Minute, time.Millisecond)
		began := time.Now()
		require.NoError(t, unlock())
		took = append(took, (<-woken).Sub(began))
		require.Eventually(t, func() bool { return pubsubs(t, admin) == 0 }, time.Minute, time.Millisecond)
	}
	slices.Sort(took)
	t.Logf("from unlock in one process to the return of Wait in another: median %v, max %v", took[25], took[49])
}

func TestAWaiterWakesWhenADeadHoldersLockExpires(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	a, b := start(t, single(s.addr()), redis.Options{}), start(t, single(s.addr()), redis.Options{})
	const ttl = 1500 * time.Millisecond
	redis.PollEvery(b.Locker, time.Hour)
	began := time.Now() // before the lock is taken
	a.lock(t, key, ttl)
	a.net.cutOff()
	require.NoError(t, b.Wait(t.Context(), key))
	took := time.Since(began)
	t.Logf("a lock of %v was free after %v", ttl, took)
	assert.GreaterOrEqual(t, took, ttl)
}

func TestRedisIsKilledAndRestartedUnderLocks(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	var log errorLog
	a, b := start(t, single(s.addr()), log.options(t)), start(t, single(s.addr()), log.options(t))
	held := a.lock(t, key, 900*time.Millisecond)
	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	time.Sleep(50 * time.Millisecond)

	s.kill()
	assert.ErrorIs(t, <-waiting, redis.ErrDown, "a waiter is told that nobody knows")
	_, ok, err := b.TryLock(t.Context(), "other", time.Minute)
	assert.False(t, ok)
	assert.ErrorIs(t, err, redis.ErrDown)
	isLost := func(err error) bool { return errors.Is(err, redis.ErrLost) }
	isDown := func(err error) bool { return errors.Is(err, redis.ErrDown) }
	assert.Eventually(t, func() bool { return slices.ContainsFunc(log.all(), isDown) }, time.Minute, 10*time.Millisecond)

	s.start() // empty
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
	s := startSentinel(t)
	c := sentinel(s.sentinel.addr())
	a, b := start(t, c, redis.Options{}), start(t, c, redis.Options{})
	unlock := a.lock(t, key, 20*time.Second)
	m := s.master.client()
	require.NoError(t, m.Do(t.Context(), "wait", 1, 5000).Err()) // the replica has it
	m.Close()

	s.master.kill()
	began := time.Now()
	require.Eventually(t, func() bool {
		unlock, ok, err := b.TryLock(t.Context(), "other", time.Minute)
		return ok && err == nil && unlock() == nil
	}, 60*time.Second, 10*time.Millisecond, "no locks after the failover")
	t.Logf("locks work %v after the master's death", time.Since(began))
	assert.False(t, b.free(t, key), "the failover lost the lock")

	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	r := s.replica.client()
	defer r.Close()
	require.Eventually(t, func() bool { return numSub(t, r, "restthumbnails:released") == 1 }, time.Minute, 10*time.Millisecond,
		"the waiter does not listen to the new master")
	require.Eventually(t, func() bool { return unlock() == nil }, time.Minute, 10*time.Millisecond)
	assert.NoError(t, <-waiting)
	assert.True(t, b.free(t, key))
}

func TestTheDocumentedRightsAreEnough(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	admin := s.client()
	defer admin.Close()
	rights := "+@connection +set +get +del +pttl +pexpire +hdel +evalsha +eval +publish +subscribe ~restthumbnails:* &restthumbnails:released"
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "thumbnails", "reset", "on", ">secret").Err())
	for _, right := range strings.Fields(rights) {
		require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "thumbnails", right).Err())
	}
	restricted := func(n *network) goredis.UniversalClient {
		return goredis.NewClient(&goredis.Options{Addr: s.addr(), Dialer: n.dial, Username: "thumbnails", Password: "secret"})
	}
	var log errorLog
	opts := redis.Options{OnError: log.add}
	a, b := start(t, restricted, opts), start(t, restricted, opts)
	unlock := a.lock(t, key, 3*time.Second)
	waiting := make(chan error, 1)
	go func() { waiting <- b.Wait(t.Context(), key) }()
	require.Eventually(t, func() bool { return pubsubs(t, admin) == 1 }, time.Minute, time.Millisecond)
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
