package dir_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADirListsRegularFilesAlone(t *testing.T) {
	root := t.TempDir()
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, d.Put(t.Context(), "a/file", strings.NewReader("x")))
	require.NoError(t, os.Symlink("file", filepath.Join(root, "a", "link")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "a", "broken")))
	require.NoError(t, os.Mkdir(filepath.Join(root, "a", "empty"), 0o755))
	keys, err := listed(t.Context(), d, "", nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"a/file"}, keys)
}

func TestAClosedDirListsAndRemovesNothingAndSaysSo(t *testing.T) {
	d, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, d.Close())
	_, err = listed(t.Context(), d, "", nil)
	assert.ErrorIs(t, err, fs.ErrClosed)
	assert.ErrorContains(t, err, `list ""`)
	assert.ErrorIs(t, d.Remove(t.Context(), "a"), fs.ErrClosed)
	assert.ErrorIs(t, d.RemoveAll(t.Context(), "a"), fs.ErrClosed)
	assert.NoError(t, d.Close(), "closing it again is no error")
}

func TestAPutThatIsInProgressWhenADirIsClosedEnds(t *testing.T) {
	for _, ctx := range []context.Context{t.Context(), storage.WithoutSync(t.Context())} {
		d, err := storage.OpenDir(t.TempDir())
		require.NoError(t, err)
		require.NoError(t, d.Put(ctx, "a", strings.NewReader("x")))
		done := make(chan error, 1)
		content := iotest.OneByteReader(strings.NewReader("content"))
		closed := false
		go func() {
			done <- d.Put(ctx, "b", readerFunc(func(p []byte) (int, error) {
				if !closed {
					closed = true
					assert.NoError(t, d.Close())
				}
				return content.Read(p)
			}))
		}()
		select {
		case <-done: // with or without an error
		case <-time.After(time.Minute):
			t.Fatal("it hangs")
		}
	}
}

func TestAnEntryWasUsedWhenItWasReadLast(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere Used is ModTime")
	}
	root := t.TempDir()
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	stored, read := time.Unix(1_700_000_000, 0), time.Unix(1_700_001_000, 0)
	for key, access := range map[string]time.Time{"later": read, "before": stored.Add(-time.Hour)} {
		require.NoError(t, d.Put(t.Context(), key, strings.NewReader("x")))
		require.NoError(t, os.Chtimes(filepath.Join(root, key), access, stored))
	}
	for e, err := range d.List(t.Context(), "") {
		require.NoError(t, err)
		assert.True(t, e.ModTime.Equal(stored), e.Key)
		assert.True(t, e.Used.Equal(map[string]time.Time{"later": read, "before": stored}[e.Key]), "%s: %v", e.Key, e.Used)
	}
}

// openDescriptors counts the open file descriptors. It returns -1 if the system does not report them.
func openDescriptors() int {
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(names)
}

func TestADirLeavesNoDescriptorOpen(t *testing.T) {
	if openDescriptors() < 0 {
		t.Skip("descriptors can't be counted")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // because the garbage collector closes unreferenced files
	use := func() {
		d, err := storage.OpenDir(t.TempDir())
		require.NoError(t, err)
		for i := range 20 {
			key := fmt.Sprintf("a/%d", i)
			require.NoError(t, d.Put(t.Context(), key, strings.NewReader("x")))
			require.NoError(t, d.Put(storage.WithoutSync(t.Context()), key, strings.NewReader("y")))
			f, err := d.Open(t.Context(), key)
			require.NoError(t, err)
			_, err = f.Stat()
			require.NoError(t, err)
			_, err = f.(io.Seeker).Seek(0, io.SeekEnd)
			require.NoError(t, err)
			_, err = f.Read(make([]byte, 1))
			require.ErrorIs(t, err, io.EOF)
			_, err = f.Stat()
			require.NoError(t, err)
			require.NoError(t, f.Close())
			_, err = d.Open(t.Context(), "a")
			require.ErrorIs(t, err, fs.ErrNotExist, "a directory")
			require.Error(t, d.Put(t.Context(), key, iotest.ErrReader(errors.New("broken"))))
		}
		_, err = listed(t.Context(), d, "", nil)
		require.NoError(t, err)
		require.NoError(t, d.RemoveAll(t.Context(), "a"))
		require.NoError(t, d.Close())
	}
	use()
	before := openDescriptors()
	for range 5 {
		use()
	}
	assert.Less(t, openDescriptors()-before, 5)
}

func TestADirWithoutSyncRemembersWhatIsNotOnTheDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere every Put waits for the disk")
	}
	root := t.TempDir()
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	hidden := func() (n int) {
		names, err := os.ReadDir(root)
		require.NoError(t, err)
		for _, e := range names {
			if strings.HasPrefix(e.Name(), "\x7f") {
				n++
			}
		}
		return n
	}
	require.NoError(t, d.Put(t.Context(), "a", strings.NewReader("x")))
	assert.Zero(t, hidden(), "with sync")
	require.NoError(t, d.Put(storage.WithoutSync(t.Context()), "b", strings.NewReader("x")))
	assert.Equal(t, 2, hidden(), "a record and its session")
	require.NoError(t, d.Close())
	assert.Zero(t, hidden(), "Close has synced")
}

// listed returns the keys and the last error of a listing.
func listed(ctx context.Context, s storage.Lister, prefix string, each func(string)) (keys []string, err error) {
	for e, err := range s.List(ctx, prefix) {
		if err != nil {
			return keys, err
		}
		keys = append(keys, e.Key)
		if each != nil {
			each(e.Key)
		}
	}
	return keys, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
