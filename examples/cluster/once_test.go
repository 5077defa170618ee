//go:build unix

package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bothSetups runs a test with workers on S3 and Redis, and with workers on one directory.
func bothSetups(t *testing.T, test func(t *testing.T, s setup)) {
	t.Run("S3 and Redis", func(t *testing.T) {
		test(t, newTestCluster(t, needReal(t)).onServers(t))
	})
	t.Run("a directory and lock.File", func(t *testing.T) { test(t, onOneHost(t)) })
}

func TestSimultaneousRequestsMakeOneGeneration(t *testing.T) {
	bothSetups(t, func(t *testing.T, s setup) {
		s.Wait, s.RequireLock = time.Minute, true
		f := startFleet(t, 4, s)
		for round := range 20 {
			name := fmt.Sprintf("round-%d.jpg", round)
			names := make([]string, 400)
			for i := range names {
				names[i] = name
			}
			storm(t, f, names)
			one, all := f.originals.counts(name)
			require.Equal(t, 1, one, "generations in round %d", round)
			require.Equal(t, round+1, all)
		}
		require.Equal(t, 20, f.requireWhole())
	})
}

func TestSimultaneousRequestsForManyMakeOneGenerationEach(t *testing.T) {
	bothSetups(t, func(t *testing.T, s setup) {
		s.Wait, s.RequireLock = time.Minute, true
		f := startFleet(t, 4, s)
		names := make([]string, 2000)
		for i := range names {
			names[i] = fmt.Sprintf("%d.jpg", i/len(f.workers)%100)
		}
		storm(t, f, names)
		for i := range 100 {
			one, all := f.originals.counts(fmt.Sprintf("%d.jpg", i))
			require.Equal(t, 1, one, "generations of %d", i)
			require.Equal(t, 100, all)
		}
		require.Equal(t, 100, f.requireWhole())
	})
}

// storm sends requests to all workers, delays the originals until the workers have all requests, and
// requires that all responses are the same complete picture. The workers require the lock: on a busy machine
// Redis may not answer for a second, and then they answer 503 and are asked again.
func storm(t *testing.T, f *fleet, names []string) {
	t.Helper()
	release := f.originals.hold()
	defer release()
	wait := askBy(f.getAgain, f.addresses(), names)
	f.awaitInFlight(len(names))
	release()
	answers := wait()
	f.requirePicture(answers[0])
	for _, a := range answers {
		require.NoError(t, a.err)
		require.Equal(t, 200, a.status, "%.200s", a.body)
		require.Equal(t, answers[0].body, a.body)
	}
	f.originals.forget()
}
