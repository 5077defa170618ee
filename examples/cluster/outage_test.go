//go:build unix

package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A load has clients that request new and stored thumbnails from all workers, until stop.
type load struct {
	f       *fleet
	over    atomic.Bool
	wg      sync.WaitGroup
	mu      sync.Mutex
	answers []answer
}

func (f *fleet) load(name string, clients int) *load {
	l := &load{f: f}
	for c := range clients {
		l.wg.Go(func() {
			for i := c; !l.over.Load(); i++ {
				a := f.get(f.workers[i%len(f.workers)].address, fmt.Sprintf("%s-%d.jpg", name, i/3)) // one worker for three clients
				l.mu.Lock()
				l.answers = append(l.answers, a)
				l.mu.Unlock()
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	return l
}

// stop returns all responses, and the longest duration of a request.
func (l *load) stop() (answers []answer, slowest time.Duration) {
	l.over.Store(true)
	l.wg.Wait()
	for _, a := range l.answers {
		slowest = max(slowest, a.took)
	}
	return l.answers, slowest
}

func TestNoRequestFailsWhenRedisIsStoppedAndRestarted(t *testing.T) {
	c := newTestCluster(t, needReal(t))
	s := c.onServers(t)
	s.Wait = time.Minute
	f := startFleet(t, 4, s)
	redis := c.processes[len(c.processes)-1]
	l := f.load("redis", 8)
	time.Sleep(time.Second)
	redis.stop(t.Context())
	time.Sleep(2 * time.Second)
	redis, err := c.runRedis(t.Context(), s.Redis)
	require.NoError(t, err)
	time.Sleep(time.Second)
	require.NoError(t, redis.cmd.Process.Signal(syscall.SIGSTOP)) // Redis hangs
	time.Sleep(2 * time.Second)
	require.NoError(t, redis.cmd.Process.Signal(syscall.SIGCONT))
	time.Sleep(time.Second)
	answers, slowest := l.stop()
	t.Logf("%d requests, the slowest took %v", len(answers), slowest)
	require.Greater(t, len(answers), 100)
	for _, a := range answers {
		f.requirePicture(a)
	}
	f.originals.forget()

	// Once Redis works again, so does the lock.
	require.Eventually(t, func() bool {
		name := fmt.Sprintf("after-%d.jpg", time.Now().UnixNano())
		storm(t, f, repeat(name, 40))
		one, _ := f.originals.counts(name)
		return one == 1
	}, time.Minute, time.Second)
	f.requireWhole()
}

func TestAnOutageOfS3IsSurvived(t *testing.T) {
	c := newTestCluster(t, needReal(t))
	s := c.onServers(t)
	network := newFaultyNetwork(t, s.S3.URL)
	direct := s.S3
	s.S3.URL = network.URL
	s.Wait, s.Timeout, s.S3Timeout = 10*time.Second, 10*time.Second, 3*time.Second
	f := startFleet(t, 4, s)
	f.setup.S3 = direct
	f.load("warm", 8).stop()
	quiet := f.goroutines()

	t.Run("503 for two seconds", func(t *testing.T) {
		l := f.load("refused", 8)
		time.Sleep(500 * time.Millisecond)
		network.refuse()
		time.Sleep(2 * time.Second)
		require.Positive(t, network.heal())
		time.Sleep(500 * time.Millisecond)
		answers, slowest := l.stop()
		t.Logf("%d requests, the slowest took %v", len(answers), slowest)
		for _, a := range answers {
			requirePictureOr5xx(t, f, a)
		}
		require.Less(t, slowest, s.Wait+s.Timeout)
	})
	t.Run("it hangs for longer than an operation may take", func(t *testing.T) {
		l := f.load("hung", 8)
		time.Sleep(500 * time.Millisecond)
		network.hang()
		time.Sleep(s.S3Timeout + 2*time.Second)
		require.Positive(t, network.heal())
		time.Sleep(500 * time.Millisecond)
		answers, slowest := l.stop()
		failed := 0
		for _, a := range answers {
			requirePictureOr5xx(t, f, a)
			if a.status != http.StatusOK {
				failed++
			}
		}
		t.Logf("%d requests, of which %d got a 5xx; the slowest took %v", len(answers), failed, slowest)
		require.GreaterOrEqual(t, slowest, s.S3Timeout, "nothing waited for the network")
		require.Less(t, slowest, s.Wait+s.Timeout)
	})
	for i := range 20 { // everything works again
		f.requirePicture(f.get(f.workers[i%4].address, fmt.Sprintf("after-%d.jpg", i)))
	}
	require.Positive(t, f.requireWhole())
	require.Eventually(t, func() bool {
		for i, n := range f.goroutines() {
			if n > quiet[i] {
				t.Logf("worker %d: %d goroutines, %d before", i, n, quiet[i])
				return false
			}
		}
		return true
	}, 20*time.Second, 500*time.Millisecond, "goroutines are left")
}

// requirePictureOr5xx requires that a response is a complete picture or has a status of 5xx.
func requirePictureOr5xx(t *testing.T, f *fleet, a answer) {
	t.Helper()
	require.NoError(t, a.err)
	if a.status == http.StatusOK {
		f.requirePicture(a)
		return
	}
	require.Contains(t, []int{http.StatusInternalServerError, http.StatusServiceUnavailable}, a.status)
	require.Equal(t, http.StatusText(a.status), string(a.body))
}

// goroutines returns the number of goroutines of each idle worker.
func (f *fleet) goroutines() (n []int) {
	f.t.Helper()
	f.client.CloseIdleConnections()
	for _, w := range f.workers {
		s, err := f.state(w)
		require.NoError(f.t, err)
		n = append(n, s.Goroutines)
	}
	return n
}
