package redis_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"go.uber.org/goleak"

	"github.com/rest-thumbnails/thumbnail/lock/locktest"
	"github.com/rest-thumbnails/thumbnail/lock/redis"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis tells the terminal of every server that a test kills
	goleak.VerifyTestMain(m)
}

// connect makes a client whose connections go through n.
type connect func(n *network) goredis.UniversalClient

func single(addr string) connect {
	return func(n *network) goredis.UniversalClient {
		return goredis.NewClient(&goredis.Options{Addr: addr, Dialer: n.dial})
	}
}

func cluster(addr string) connect {
	return func(n *network) goredis.UniversalClient {
		return goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{addr}, Dialer: n.dial, ContextTimeoutEnabled: true})
	}
}

func sentinel(addr string) connect {
	return func(n *network) goredis.UniversalClient {
		return goredis.NewFailoverClient(&goredis.FailoverOptions{
			MasterName: masterName, SentinelAddrs: []string{addr}, Dialer: n.dial,
		})
	}
}

// process is a Locker with a client and a network of its own.
type process struct {
	*redis.Locker
	net    *network
	client goredis.UniversalClient
}

func start(t testing.TB, c connect, opts redis.Options) *process {
	t.Helper()
	n := newNetwork(t)
	p := &process{net: n, client: c(n)}
	p.Locker = redis.New(p.client, opts)
	t.Cleanup(func() {
		p.Close()
		p.client.Close()
	})
	return p
}

// harness is the suite's view of processes on one Redis, under a prefix of the test's own.
func harness(t *testing.T, c connect) locktest.Harness {
	opts := redis.Options{Prefix: t.Name()}
	return locktest.Harness{Start: func() locktest.Process {
		p := start(t, c, opts)
		return locktest.Process{
			Locker:    p,
			Kill:      p.net.cutOff,
			Pause:     p.net.stall,
			Stall:     p.net.stall,
			DropReply: func() { p.net.dropReply("set", false) },
		}
	}}
}

func TestConformsOnMiniredis(t *testing.T) {
	t.Parallel()
	locktest.Run(t, func(t *testing.T) locktest.Harness {
		m := miniredis.RunT(t)
		h := harness(t, single(m.Addr()))
		h.Advance = func(d time.Duration) { // its keys expire by FastForward alone; the processes live in real time
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
	s := startServer(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness { return harness(t, single(s.addr())) })
}

func TestConformsOnACluster(t *testing.T) {
	t.Parallel()
	s := startCluster(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness { return harness(t, cluster(s.addr())) })
}

func TestConformsUnderASentinel(t *testing.T) {
	t.Parallel()
	s := startSentinel(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness { return harness(t, sentinel(s.sentinel.addr())) })
}
