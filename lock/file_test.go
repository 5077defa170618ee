package lock_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/locktest"
)

func newFile(t *testing.T, dir string) *lock.File {
	t.Helper()
	f, err := lock.NewFile(dir)
	require.NoError(t, err)
	return f
}

func TestFileKeepsTheContractWithinOneProcess(t *testing.T) {
	for name, share := range map[string]bool{"one File": true, "a File for each": false} {
		t.Run(name, func(t *testing.T) {
			locktest.RunInBubble(t, func(t *testing.T) locktest.Harness {
				dir := t.TempDir()
				first := newFile(t, dir)
				return locktest.Harness{Start: func() locktest.Process {
					if share {
						return locktest.Process{Locker: first}
					}
					return locktest.Process{Locker: newFile(t, dir)}
				}}
			})
		})
	}
}

func TestFileKeepsTheContractAmongProcessesThatDieAndStop(t *testing.T) {
	defer goleak.VerifyNone(t)
	locktest.Run(t, func(t *testing.T) locktest.Harness {
		dir := t.TempDir()
		return locktest.Harness{
			TTL: 300 * time.Millisecond,
			Start: func() locktest.Process {
				w := startWorker(t, dir)
				return locktest.Process{Locker: w, Kill: w.kill, Pause: w.pause}
			},
		}
	})
}

func TestFileFreesTheKeyOfAKilledProcessAtOnce(t *testing.T) {
	dir := t.TempDir()
	f, w := newFile(t, dir), startWorker(t, dir)
	_, ok, err := w.TryLock(t.Context(), "k", time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	_, ok, err = f.TryLock(t.Context(), "k", time.Hour)
	require.NoError(t, err)
	require.False(t, ok)

	w.kill()
	unlock, ok, err := f.TryLock(t.Context(), "k", time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, unlock())
	assert.Empty(t, files(t, dir))
}

func TestFileLeavesNoFilesBehind(t *testing.T) {
	dir := t.TempDir()
	f := newFile(t, dir)
	assert.Empty(t, files(t, dir), "after NewFile")
	for i := range 100 {
		unlock, ok, err := f.TryLock(t.Context(), strconv.Itoa(i), ttl)
		require.NoError(t, err)
		require.True(t, ok)
		defer unlock()
		if i%2 == 0 {
			require.NoError(t, unlock())
		}
	}
	assert.Len(t, files(t, dir), 50, "one per key that is held")
}

func TestFileRemovesWhatKilledProcessesLeft(t *testing.T) {
	leave := func(t *testing.T, dir string, n int) {
		w := startWorker(t, dir)
		for i := range n {
			_, ok, err := w.TryLock(t.Context(), strconv.Itoa(i), ttl)
			require.NoError(t, err)
			require.True(t, ok)
		}
		w.kill()
		require.Len(t, files(t, dir), n)
	}
	t.Run("in NewFile", func(t *testing.T) {
		dir := t.TempDir()
		alive := newFile(t, dir)
		unlock, _, err := alive.TryLock(t.Context(), "alive", ttl)
		require.NoError(t, err)
		held := files(t, dir)
		require.NoError(t, unlock())
		leave(t, dir, 20)

		unlock, _, err = alive.TryLock(t.Context(), "alive", ttl)
		require.NoError(t, err)
		notOurs := filepath.Join(dir, "README")
		require.NoError(t, os.WriteFile(notOurs, nil, 0o600))
		newFile(t, dir)
		assert.ElementsMatch(t, append(held, "README"), files(t, dir), "what is held, and what is no lock, stays")
		require.NoError(t, unlock())
	})
	t.Run("in Wait", func(t *testing.T) {
		dir := t.TempDir()
		f := newFile(t, dir)
		leave(t, dir, 1)
		require.NoError(t, f.Wait(t.Context(), "0"))
		assert.Empty(t, files(t, dir))
	})
}

func TestFileMakesItsDirectoryAgainWhenSomebodyRemovedIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", "thumbnails")
	f := newFile(t, dir)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, f.Wait(t.Context(), "k"))
	unlock, ok, err := f.TryLock(t.Context(), "k", ttl)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, os.RemoveAll(dir))
	assert.NoError(t, unlock())
}

func TestNewFileSaysWhatIsWrong(t *testing.T) {
	_, err := lock.NewFile("")
	assert.ErrorContains(t, err, "directory")

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = lock.NewFile(file)
	assert.ErrorContains(t, err, file)
}

func TestFileSaysWhatIsWrongWithTheFileSystem(t *testing.T) {
	dir := t.TempDir()
	f := newFile(t, dir)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, nil, 0o600)) // a file in the place of the directory
	_, ok, err := f.TryLock(t.Context(), "animals/kitten.jpg", ttl)
	assert.False(t, ok)
	assert.ErrorContains(t, err, `"animals/kitten.jpg"`)
}

func TestFileWaitsForItsOwnProcessWithoutPolling(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this test removes an open file, which Windows does not permit")
	}
	dir := t.TempDir()
	f := newFile(t, dir)
	unlock, _, err := f.TryLock(t.Context(), "k", ttl)
	require.NoError(t, err)
	woken := make(chan error, 1)
	go func() { woken <- f.Wait(t.Context(), "k") }()
	time.Sleep(10 * time.Millisecond)
	// A process that checks the name now finds no file, and would assume that the key is free.
	require.NoError(t, os.Remove(filepath.Join(dir, files(t, dir)[0])))
	time.Sleep(50 * time.Millisecond)
	assert.Empty(t, woken)
	require.NoError(t, unlock())
	assert.NoError(t, <-woken)
}

// Four processes lock and unlock a few keys as fast as possible, and others die while they hold one, so
// files are created and removed all the time. If a key had two holders, each would see the mark of the
// other.
func TestFileExcludesWhileFilesComeAndGo(t *testing.T) {
	dir, marks := t.TempDir(), t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	lockers := []lock.Locker{newFile(t, dir), newFile(t, dir), startWorker(t, dir), startWorker(t, dir)}
	var held, both atomic.Int64
	var running sync.WaitGroup
	for i := range 16 {
		l := lockers[i%len(lockers)]
		running.Go(func() {
			for n := i; ctx.Err() == nil; n++ {
				key := strconv.Itoa(n % 3)
				unlock, ok, err := l.TryLock(context.Background(), key, ttl)
				if err != nil {
					t.Error(err)
					return
				}
				if !ok {
					runtime.Gosched()
					continue
				}
				mark := filepath.Join(marks, key)
				if os.Mkdir(mark, 0o700) != nil {
					both.Add(1)
				}
				held.Add(1)
				os.Remove(mark)
				if err := unlock(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := 0; ctx.Err() == nil; n++ { // meanwhile other goroutines leave locks behind, check and sweep
		victim := startWorker(t, dir)
		for locked := false; !locked && ctx.Err() == nil; {
			_, locked, _ = victim.TryLock(context.Background(), strconv.Itoa(n%3), ttl)
		}
		victim.kill()
		newFile(t, dir)
		newFile(t, dir).Wait(ctx, "0")
	}
	running.Wait()
	assert.Zero(t, both.Load(), "times that two held one key, of %d", held.Load())
	assert.Greater(t, held.Load(), int64(100))
	assert.Empty(t, files(t, dir))
}

// files returns the names in dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestFileNamesSayNothingAboutKeys(t *testing.T) {
	dir := t.TempDir()
	f := newFile(t, dir)
	unlock, ok, err := f.TryLock(t.Context(), "../../"+strings.Repeat("x", 1000), ttl)
	require.NoError(t, err)
	require.True(t, ok)
	defer unlock()
	require.Len(t, files(t, dir), 1)
	assert.Regexp(t, `^[0-9a-f]{64}\.lock$`, files(t, dir)[0])
}

func BenchmarkFile(b *testing.B) {
	f, err := lock.NewFile(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, f)
}
