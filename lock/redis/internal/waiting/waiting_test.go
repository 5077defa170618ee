package waiting_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/redistest"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/waiting"
)

const (
	key     = "animals/kitten.jpg/100x100/crop/04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg"
	channel = redis.DefaultPrefix + ":released"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis logs every server that a test kills
	goleak.VerifyTestMain(m)
}

// holder is a process that locks.
type holder struct {
	*redis.Locker
	net *redistest.Network
}

func newHolder(t *testing.T, c redistest.Connect) holder {
	n := redistest.NewNetwork(t)
	client := c(n)
	l := redis.New(client, redis.Config{})
	t.Cleanup(func() {
		l.Close()
		client.Close()
	})
	return holder{l, n}
}

// lock locks key, which must be free.
func (h holder) lock(t *testing.T, key string, ttl time.Duration) (unlock func() error) {
	t.Helper()
	unlock, ok, err := h.TryLock(t.Context(), key, ttl)
	require.NoError(t, err)
	require.True(t, ok, "the key is held")
	return unlock
}

// room returns a process that waits. Its waiters only use messages: they would check the lock after an
// hour.
type room struct {
	*waiting.Room
	net *redistest.Network
}

func newRoom(t *testing.T, c redistest.Connect) room {
	n := redistest.NewNetwork(t)
	client := c(n)
	closed, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		running.Wait()
		client.Close()
	})
	look := func(ctx context.Context, name string) (waiting.Holder, bool, error) {
		token, err := client.Get(ctx, name).Result()
		if errors.Is(err, goredis.Nil) {
			return waiting.Holder{}, false, nil
		}
		expires, pttlErr := client.PTTL(ctx, name).Result()
		return waiting.Holder{Token: token, Expires: expires}, true, errors.Join(err, pttlErr)
	}
	return room{&waiting.Room{
		Client: client, Channel: channel, Look: look, Poll: time.Hour, Closed: closed,
		Go: func(f func()) bool { running.Go(f); return true },
	}, n}
}

// wait waits until key is free.
func (r room) wait(t *testing.T, key string) error {
	return r.Wait(t.Context(), redis.DefaultPrefix+":"+key)
}

func TestAHundredWaitersShareOneConnectionAndWakeAtOnce(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) (*redistest.Server, redistest.Connect){
		"single": func(t *testing.T) (*redistest.Server, redistest.Connect) {
			s := redistest.StartServer(t)
			return s, redistest.Single(s.Addr())
		},
		"cluster": func(t *testing.T) (*redistest.Server, redistest.Connect) {
			s := redistest.StartCluster(t)
			return s, redistest.Cluster(s.Addr())
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := open(t)
			admin := s.Client()
			defer admin.Close()
			a, b := newHolder(t, c), newRoom(t, c)
			keys := []string{"one", "two", "three", "four"}
			var unlocks []func() error
			for _, k := range keys {
				unlocks = append(unlocks, a.lock(t, k, time.Minute))
			}
			var waiters sync.WaitGroup
			for i := range 100 {
				waiters.Go(func() {
					assert.NoError(t, b.wait(t, keys[i%len(keys)]))
				})
			}
			require.Eventually(t, func() bool { return redistest.PubSubs(t, admin) == 1 }, time.Minute, time.Millisecond)
			time.Sleep(200 * time.Millisecond) // until the last of the hundred waits
			assert.Equal(t, 1, redistest.PubSubs(t, admin), "Pub/Sub connections")
			assert.EqualValues(t, 1, redistest.NumSub(t, admin, channel))
			for _, unlock := range unlocks {
				require.NoError(t, unlock())
			}
			waiters.Wait()
			assert.Eventually(t, func() bool { return redistest.PubSubs(t, admin) == 0 }, time.Minute, time.Millisecond,
				"the connection is open, though nobody waits")
		})
	}
}

func TestAWaiterHearsOfTheReleaseAtOnce(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t)
	a, b := newHolder(t, redistest.Single(s.Addr())), newRoom(t, redistest.Single(s.Addr()))
	admin := s.Client()
	defer admin.Close()
	var took []time.Duration
	for range 50 {
		unlock := a.lock(t, key, time.Minute)
		woken := make(chan time.Time, 1)
		go func() {
			assert.NoError(t, b.wait(t, key))
			woken <- time.Now()
		}()
		require.Eventually(t, func() bool { return redistest.PubSubs(t, admin) == 1 }, time.Minute, time.Millisecond)
		began := time.Now()
		require.NoError(t, unlock())
		took = append(took, (<-woken).Sub(began))
		require.Eventually(t, func() bool { return redistest.PubSubs(t, admin) == 0 }, time.Minute, time.Millisecond)
	}
	slices.Sort(took)
	t.Logf("from unlock in one process to the return of Wait in another: median %v, max %v", took[25], took[49])
}

func TestAWaiterWakesWhenADeadHoldersLockExpires(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t)
	a, b := newHolder(t, redistest.Single(s.Addr())), newRoom(t, redistest.Single(s.Addr()))
	const ttl = 1500 * time.Millisecond
	began := time.Now() // before the lock is acquired
	a.lock(t, key, ttl)
	a.net.CutOff()
	require.NoError(t, b.wait(t, key))
	took := time.Since(began)
	t.Logf("a lock of %v was free after %v", ttl, took)
	assert.GreaterOrEqual(t, took, ttl)
}

// If a release could not be published, a waiter detects the release as soon as it listens again.
func TestAWaiterLooksWhenItsPubSubConnectionIsBack(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t)
	a, b := newHolder(t, redistest.Single(s.Addr())), newRoom(t, redistest.Single(s.Addr()))
	admin := s.Client()
	defer admin.Close()
	unlock := a.lock(t, key, time.Minute)
	woken := make(chan error, 1)
	go func() { woken <- b.wait(t, key) }()
	require.Eventually(t, func() bool { return redistest.NumSub(t, admin, channel) == 1 }, time.Minute, time.Millisecond)
	resume := b.net.Stall()
	require.NoError(t, admin.ClientKillByFilter(t.Context(), "TYPE", "pubsub").Err())
	require.NoError(t, unlock())
	resume()
	require.NoError(t, <-woken, "it did not have to ask")
}
