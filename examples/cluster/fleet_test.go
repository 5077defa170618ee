//go:build unix

package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// needReal returns the paths of the real servers, or skips the test if they are not installed.
func needReal(t testing.TB) programs {
	t.Helper()
	p, err := findPrograms(t.Context())
	if err != nil {
		imagetest.Missing(t, err.Error())
	}
	return p
}

// newTestCluster returns a cluster without processes, which is stopped at the end of the test.
func newTestCluster(t testing.TB, p programs) *cluster {
	t.Helper()
	c, err := newCluster(p, io.Discard)
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the servers wrote:\n%s", c.story())
		}
		require.NoError(t, c.stop(context.Background()))
	})
	return c
}

// onServers returns the setup of workers that share an S3 server and a Redis of this cluster.
func (c *cluster) onServers(t testing.TB) setup {
	t.Helper()
	endpoint, err := c.startS3(t.Context())
	require.NoError(t, err)
	address, err := freeAddress()
	require.NoError(t, err)
	_, err = c.runRedis(t.Context(), address)
	require.NoError(t, err)
	return setup{S3: endpoint, Redis: address}
}

// onOneHost returns the setup of workers that share only a directory.
func onOneHost(t testing.TB) setup {
	return setup{Dir: t.TempDir(), LockDir: filepath.Join(t.TempDir(), "locks")}
}

// A fleet is a set of workers, which are processes of this test binary.
type fleet struct {
	t         testing.TB
	setup     setup
	originals *originals
	size      thumbnail.Size // of the thumbnails
	workers   []*worker
	client    *http.Client
}

type worker struct {
	*process
	address string
}

const clientTimeout = 2 * time.Minute

// startFleet starts workers, each with the same setup.
func startFleet(t testing.TB, n int, s setup) *fleet {
	t.Helper()
	f := &fleet{t: t, originals: newOriginals(t, photo(t, 64, 48)), size: thumbnail.Size{Width: 32, Height: 24}}
	s.Source = f.originals.URL
	f.setup = s
	transport := &http.Transport{MaxIdleConnsPerHost: 1000}
	f.client = &http.Client{Transport: transport, Timeout: clientTimeout}
	t.Cleanup(transport.CloseIdleConnections)
	for range n {
		f.workers = append(f.workers, f.startWorker())
	}
	return f
}

func (f *fleet) startWorker(env ...string) *worker {
	f.t.Helper()
	exe, err := os.Executable()
	require.NoError(f.t, err)
	config, err := json.Marshal(f.setup)
	require.NoError(f.t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(append(os.Environ(), workerEnv+"="+string(config)), env...)
	stdin, err := cmd.StdinPipe()
	require.NoError(f.t, err)
	address := make(chan string, 1)
	var said lastLines
	w := &worker{}
	w.process, err = launch("worker", syscall.SIGTERM, cmd, func(line string) {
		if m := addressOfWorker.FindStringSubmatch(line); m != nil {
			address <- m[1]
			return
		}
		said.add(line)
	})
	require.NoError(f.t, err)
	f.t.Cleanup(func() {
		_ = stdin.Close()
		if w.alive() {
			w.kill()
		}
		if f.t.Failed() {
			f.t.Logf("worker %d wrote:\n%s", w.cmd.Process.Pid, said.String())
		}
	})
	select {
	case w.address = <-address:
	case <-w.exited:
		require.FailNow(f.t, "the worker ended", "%v\n%s", w.err, said.String())
	case <-time.After(patience):
		require.FailNow(f.t, "the worker printed no address")
	}
	return w
}

func (f *fleet) addresses() (all []string) {
	for _, w := range f.workers {
		all = append(all, w.address)
	}
	return all
}

// by returns the worker with a process ID.
func (f *fleet) by(pid int) *worker {
	f.t.Helper()
	for _, w := range f.workers {
		if w.cmd.Process.Pid == pid {
			return w
		}
	}
	require.FailNow(f.t, "no such worker", "%d", pid)
	return nil
}

// key returns the storage key of the thumbnail of an original, which is also the path of its URL.
func (f *fleet) key(original string) string {
	f.t.Helper()
	link, err := thumbnail.URL("", testSigner, thumbnail.Spec{Source: original, Size: f.size, Method: "crop", Ext: ".jpg"})
	require.NoError(f.t, err)
	return strings.TrimPrefix(link, "/")
}

// state requests the state of a worker.
func (f *fleet) state(w *worker) (s state, err error) {
	resp, err := f.client.Get("http://" + w.address + "/-/state")
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	return s, json.NewDecoder(resp.Body).Decode(&s)
}

// awaitInFlight waits until the workers together have n requests in progress.
func (f *fleet) awaitInFlight(n int) {
	f.t.Helper()
	require.Eventually(f.t, func() bool {
		var sum int64
		for _, w := range f.workers {
			if s, err := f.state(w); err == nil {
				sum += s.InFlight
			}
		}
		return sum == int64(n)
	}, time.Minute, 10*time.Millisecond, "the requests do not reach the workers")
}

// lastLines keeps the last lines of the output of a process.
type lastLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *lastLines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	if len(l.lines) > 50 {
		l.lines = l.lines[1:]
	}
}

func (l *lastLines) String() (all string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		all += line + "\n"
	}
	return all
}
