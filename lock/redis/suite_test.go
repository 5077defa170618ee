package redis_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rest-thumbnails/thumbnail/lock/locktest"
	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/redistest"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis logs every server that a test kills
	goleak.VerifyTestMain(m)
}

// process is a Locker with its own client and network.
type process struct {
	*redis.Locker
	net    *redistest.Network
	client goredis.UniversalClient
}

func start(t testing.TB, c redistest.Connect, opts redis.Config) *process {
	t.Helper()
	n := redistest.NewNetwork(t)
	p := &process{net: n, client: c(n)}
	p.Locker = redis.New(p.client, opts)
	t.Cleanup(func() {
		p.Close()
		p.client.Close()
	})
	return p
}

// harness returns a Harness for processes on one Redis, with a prefix that only this test uses.
func harness(t *testing.T, c redistest.Connect) locktest.Harness {
	opts := redis.Config{Prefix: t.Name()}
	return locktest.Harness{Start: func() locktest.Process {
		p := start(t, c, opts)
		require.NoError(t, p.lock(t, "the scripts are loaded", time.Minute)())
		return locktest.Process{
			Locker:    p,
			Kill:      p.net.CutOff,
			Pause:     p.net.Stall,
			Stall:     p.net.Stall,
			DropReply: func() { p.net.DropReply("evalsha", false) },
		}
	}}
}

func TestConformsOnMiniredis(t *testing.T) {
	t.Parallel()
	locktest.Run(t, func(t *testing.T) locktest.Harness {
		m := miniredis.RunT(t)
		h := harness(t, redistest.Single(m.Addr()))
		h.Advance = func(d time.Duration) { // keys expire only by FastForward, while the processes run in real time
			const step = 10 * time.Millisecond
			for ; d > 0; d -= step {
				began := time.Now()
				time.Sleep(min(step, d))
				m.FastForward(time.Since(began))
			}
		}
		return h
	})
}

func TestConformsOnRedis(t *testing.T) {
	t.Parallel()
	s := redistest.StartServer(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness { return harness(t, redistest.Single(s.Addr())) })
}

func TestConformsOnACluster(t *testing.T) {
	t.Parallel()
	s := redistest.StartCluster(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness { return harness(t, redistest.Cluster(s.Addr())) })
}

func TestConformsUnderASentinel(t *testing.T) {
	t.Parallel()
	s := redistest.StartSentinel(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness { return harness(t, redistest.Sentinel(s.Sentinel.Addr())) })
}
