// Package redistest starts Redis servers for tests. The network between the servers and their clients can
// hang, be cut, and lose replies.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// needRedis skips the test where redis-server is not installed, or fails it, as imagetest.Missing does.
func needRedis(t testing.TB) {
	t.Helper()
	imagetest.Program(t, "redis-server", "redis-server")
}

// Server is a redis-server process on a loopback port.
type Server struct {
	t    testing.TB
	port int
	args []string
	cmd  *exec.Cmd
	log  bytes.Buffer
}

// StartServer starts a redis-server and waits until it answers. It is stopped at the end of the test.
func StartServer(t testing.TB, args ...string) *Server {
	t.Helper()
	needRedis(t)
	port := freePort(t)
	s := &Server{t: t, port: port, args: append(args,
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())}
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Start starts the server, also after Kill.
func (s *Server) Start() {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	require.NoError(s.t, s.cmd.Start())
	c := s.Client()
	defer c.Close()
	require.Eventually(s.t, func() bool { return c.Ping(context.Background()).Err() == nil }, time.Minute, 10*time.Millisecond,
		"redis-server does not answer")
}

// Kill sends SIGKILL.
func (s *Server) Kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	}
	if s.t.Failed() {
		s.t.Logf("redis-server %s:\n%s", s.Addr(), s.log.String())
	}
}

// Client returns a new connection for the test itself.
func (s *Server) Client() *goredis.Client {
	return goredis.NewClient(&goredis.Options{Addr: s.Addr(), DialerRetries: 1})
}

// StartCluster starts a cluster of a single node with all slots.
func StartCluster(t testing.TB) *Server {
	t.Helper()
	s := StartServer(t, "--cluster-enabled", "yes")
	c := s.Client()
	defer c.Close()
	ctx := context.Background()
	require.NoError(t, c.ClusterAddSlotsRange(ctx, 0, 16383).Err())
	require.Eventually(t, func() bool {
		info, err := c.ClusterInfo(ctx).Result()
		return err == nil && bytes.Contains([]byte(info), []byte("cluster_state:ok"))
	}, time.Minute, 20*time.Millisecond, "the cluster does not come up")
	return s
}

// Sentinels is a master and a replica that a sentinel monitors.
type Sentinels struct {
	Master, Replica, Sentinel *Server
}

// MasterName is the name of the master in the sentinel.
const MasterName = "thumbnails"

func StartSentinel(t testing.TB) Sentinels {
	t.Helper()
	s := Sentinels{Master: StartServer(t)}
	s.Replica = StartServer(t, "--replicaof", "127.0.0.1", strconv.Itoa(s.Master.port), "--repl-diskless-sync-delay", "0")
	ctx := context.Background()
	r := s.Replica.Client()
	defer r.Close()
	require.Eventually(t, func() bool {
		info, err := r.Info(ctx, "replication").Result()
		return err == nil && bytes.Contains([]byte(info), []byte("master_link_status:up"))
	}, time.Minute, 50*time.Millisecond, "the replica does not follow")

	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 1\nsentinel down-after-milliseconds %[1]s 500\nsentinel failover-timeout %[1]s 3000\n",
		MasterName, s.Master.port)
	require.NoError(t, os.WriteFile(conf, []byte(text), 0o600))
	s.Sentinel = StartServer(t, conf, "--sentinel")
	c := goredis.NewSentinelClient(&goredis.Options{Addr: s.Sentinel.Addr()})
	defer c.Close()
	require.Eventually(t, func() bool {
		replicas, err := c.Replicas(ctx, MasterName).Result()
		return err == nil && len(replicas) == 1
	}, time.Minute, 50*time.Millisecond, "the sentinel does not see the replica")
	return s
}

func freePort(t testing.TB) int {
	t.Helper()
	// A cluster node also listens on its port + 10000.
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if port < 55000 {
			return port
		}
	}
}
