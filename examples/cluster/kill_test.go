//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock/redis"
)

func TestWhenTheGeneratingProcessIsKilledNobodySeesIt(t *testing.T) {
	c := newTestCluster(t, needReal(t))
	servers := c.onServers(t)
	for name, s := range map[string]setup{"S3 and Redis": servers, "a directory and lock.File": onOneHost(t)} {
		t.Run(name, func(t *testing.T) {
			s.LockTTL, s.Wait = 2*time.Second, time.Hour // a request that ends within the hour has noticed the end of the lock
			f := startFleet(t, 4, s)
			front := frontOf(t, c, f)
			for round := range 3 {
				name := fmt.Sprintf("killed-%d.jpg", round)
				release := f.originals.hold()
				wait := f.ask([]string{front}, repeat(name, 40))
				victim := f.by(<-f.originals.asked)
				f.awaitInFlight(40)
				victim.kill()
				release()
				answers := wait()
				for _, a := range answers {
					f.requirePicture(a)
					require.Equal(t, answers[0].body, a.body)
				}
				one, _ := f.originals.counts(name)
				require.Equal(t, 2, one, "the one that was killed, and another")
				require.Equal(t, round+1, f.requireWhole())
				f.originals.forget()
			}
		})
	}
}

// The worker is killed when S3 has received half of the thumbnail.
func TestWhenTheStoringProcessIsKilledNothingPartialIsStored(t *testing.T) {
	c := newTestCluster(t, needReal(t))
	s := c.onServers(t)
	network := newFaultyNetwork(t, s.S3.URL)
	direct := s.S3
	s.S3.URL = network.URL
	s.LockTTL, s.Wait = 2*time.Second, time.Hour // a request that ends within the hour has noticed the end of the lock
	f := startFleet(t, 4, s)
	f.setup.S3 = direct
	f.size = thumbnail.Size{Width: 1000, Height: 750}
	front := frontOf(t, c, f)

	halfway, cut := network.stopNextPutHalfway()
	wait := f.ask([]string{front}, repeat("killed.jpg", 20))
	victim := f.by(<-f.originals.asked)
	<-halfway
	require.Zero(t, f.requireWhole())
	victim.kill()
	cut()
	for _, a := range wait() {
		f.requirePicture(a)
	}
	one, _ := f.originals.counts("killed.jpg")
	require.Equal(t, 2, one)
	require.Equal(t, 1, f.requireWhole())
}

func TestAHolderThatWasStoppedReleasesNobodyElsesLock(t *testing.T) {
	s := newTestCluster(t, needReal(t)).onServers(t)
	s.LockTTL, s.Wait = time.Second, time.Hour
	f := startFleet(t, 3, s)
	client := goredis.NewClient(&goredis.Options{Addr: s.Redis})
	defer client.Close()
	lock := func() string {
		holder, err := client.Get(context.Background(), redis.DefaultPrefix+":"+f.key("stopped.jpg")).Result()
		require.NoError(t, err)
		return holder
	}
	for _, w := range f.workers { // each worker already has connections to Redis and S3
		f.requirePicture(f.get(w.address, fmt.Sprint(w.cmd.Process.Pid)+".jpg"))
	}
	f.originals.forget()

	// The first worker holds the lock and is stopped. The second takes over when the lock has expired.
	releaseOld := f.originals.hold()
	old := f.ask(f.addresses()[:1], repeat("stopped.jpg", 1))
	require.Equal(t, f.workers[0], f.by(<-f.originals.asked))
	first := lock()
	time.Sleep(2 * s.LockTTL) // a live worker keeps its lock
	require.Equal(t, first, lock())
	require.NoError(t, f.workers[0].cmd.Process.Signal(syscall.SIGSTOP))
	releaseNew := f.originals.hold()
	next := f.ask(f.addresses()[1:2], repeat("stopped.jpg", 1))
	require.Equal(t, f.workers[1], f.by(<-f.originals.asked))
	second := lock()
	require.NotEqual(t, first, second)

	// The first worker continues and finishes while the second still works.
	require.NoError(t, f.workers[0].cmd.Process.Signal(syscall.SIGCONT))
	releaseOld()
	f.requirePicture(old()[0])
	require.Equal(t, second, lock(), "the old holder has released the new one's lock")
	third := f.ask(f.addresses()[2:], repeat("stopped.jpg", 1))
	f.requirePicture(third()[0])
	require.Equal(t, second, lock())

	releaseNew()
	f.requirePicture(next()[0])
	one, _ := f.originals.counts("stopped.jpg")
	require.Equal(t, 2, one, "one more generation, and not two")
	require.Equal(t, 4, f.requireWhole())
	require.Eventually(t, func() bool {
		n, err := client.Exists(context.Background(), redis.DefaultPrefix+":"+f.key("stopped.jpg")).Result()
		return err == nil && n == 0
	}, patience, 10*time.Millisecond)
}

// A stopped process keeps its kernel locks, so no other process generates; requests wait.
func TestAHolderOfAFileThatWasStoppedKeepsItsLock(t *testing.T) {
	s := onOneHost(t)
	s.LockTTL, s.Wait = 500*time.Millisecond, time.Minute
	f := startFleet(t, 2, s)
	release := f.originals.hold()
	old := f.ask(f.addresses()[:1], repeat("stopped.jpg", 1))
	<-f.originals.asked
	require.NoError(t, f.workers[0].cmd.Process.Signal(syscall.SIGSTOP))
	next := f.ask(f.addresses()[1:], repeat("stopped.jpg", 20))
	time.Sleep(3 * s.LockTTL)
	release()
	require.NoError(t, f.workers[0].cmd.Process.Signal(syscall.SIGCONT))
	for _, a := range append(old(), next()...) {
		f.requirePicture(a)
	}
	one, _ := f.originals.counts("stopped.jpg")
	require.Equal(t, 1, one)
	require.Equal(t, 1, f.requireWhole())
}

// frontOf starts nginx in front of a fleet, and returns its address.
func frontOf(t *testing.T, c *cluster, f *fleet) string {
	t.Helper()
	url, err := c.startNginx(t.Context(), "127.0.0.1:0", f.addresses())
	require.NoError(t, err)
	t.Cleanup(func() { c.front.stop(context.Background()) })
	return strings.Trim(strings.TrimPrefix(url, "http://"), "/")
}

func repeat(name string, n int) (names []string) {
	for range n {
		names = append(names, name)
	}
	return names
}
