package dir

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newTestDir(t testing.TB) (*Dir, string) {
	root := t.TempDir()
	d, err := Open(root)
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d, root
}

// whileReading puts content to key, and calls f when all of it has been written but Put has not returned.
func whileReading(t *testing.T, d *Dir, key string, f func()) error {
	t.Helper()
	once := false
	return d.Put(t.Context(), key, io.MultiReader(strings.NewReader("content"), readerFunc(func([]byte) (int, error) {
		if !once {
			once = true
			f()
		}
		return 0, io.EOF
	})))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func names(t testing.TB, root string) []string {
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestOpenDirNeedsADirectory(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "absent"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	_, err = Open(file)
	assert.Error(t, err)
}

func TestAClosedDirFailsAndDoesNotSayThatNothingIsThere(t *testing.T) {
	d, _ := newTestDir(t)
	require.NoError(t, d.Close())
	_, err := d.Open(t.Context(), "a/x.jpg")
	assert.ErrorIs(t, err, fs.ErrClosed)
	assert.NotErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorIs(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader("")), fs.ErrClosed)
	assert.ErrorIs(t, d.RemoveAll(t.Context(), "a"), fs.ErrClosed)
}

func TestATemporaryFileLiesDirectlyUnderTheRootUnderNoKey(t *testing.T) {
	d, root := newTestDir(t)
	require.NoError(t, whileReading(t, d, "a/b/x.jpg", func() {
		found := names(t, root)
		require.Len(t, found, 1)
		assert.False(t, contract.ValidKey(found[0]), "%q", found[0])
		_, err := d.Open(t.Context(), found[0])
		assert.ErrorIs(t, err, fs.ErrNotExist)
	}))
	assert.Equal(t, []string{"a"}, names(t, root))
}

// leave creates a temporary file of a dead process.
func leave(t *testing.T, root, name string, age time.Duration) {
	file := filepath.Join(root, name)
	require.NoError(t, os.WriteFile(file, []byte("part"), 0o644))
	past := time.Now().Add(-age)
	require.NoError(t, os.Chtimes(file, past, past))
}

func TestOpenDirSweepsWhatTheDeadLeftAndNothingElse(t *testing.T) {
	root := t.TempDir()
	ours, theirs := tempPrefix+hostTag()+"-", tempPrefix+"00000000-"
	leave(t, root, ours+"YOUNG", 0)
	leave(t, root, ours+"OLD", 2*time.Hour)
	leave(t, root, theirs+"YOUNG", 30*time.Minute)
	leave(t, root, theirs+"OLD", 2*time.Hour)
	leave(t, root, "\x7fother", 1000*time.Hour)
	leave(t, root, "kitten.jpg", 1000*time.Hour)
	require.NoError(t, os.MkdirAll(filepath.Join(root, ours+"DIR/100x100/crop"), 0o755))
	leave(t, root, ours+"DIR/100x100/crop/x.jpg", 0)
	require.NoError(t, os.Mkdir(filepath.Join(root, "sub"), 0o755))
	leave(t, root, "sub/"+ours+"OLD", 2*time.Hour) // no process puts a temporary file there

	d, err := Open(root)
	require.NoError(t, err)
	defer d.Close()
	want := []string{"kitten.jpg", "sub", theirs + "YOUNG", "\x7fother"}
	if tryLockIsUnknown(t) {
		want = append(want, ours+"YOUNG")
	}
	assert.ElementsMatch(t, want, names(t, root))
	assert.Len(t, names(t, filepath.Join(root, "sub")), 1)
}

// tryLockIsUnknown reports whether this system has no flock, so that only the age of a file matters.
func tryLockIsUnknown(t *testing.T) bool {
	f, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	require.NoError(t, err)
	defer f.Close()
	return tryLock(f) == lockUnknown
}

func TestALiveWritersFileIsNotSweptHoweverOldItLooks(t *testing.T) {
	if tryLockIsUnknown(t) {
		t.Skip("without flock a file that looks old is swept, as the documentation says")
	}
	d, root := newTestDir(t)
	require.NoError(t, whileReading(t, d, "a/x.jpg", func() {
		past := time.Now().Add(-1000 * time.Hour)
		require.NoError(t, os.Chtimes(filepath.Join(root, names(t, root)[0]), past, past))
		again, err := Open(root)
		require.NoError(t, err)
		require.NoError(t, again.Close())
		assert.Len(t, names(t, root), 1)
	}))
	f, err := d.Open(t.Context(), "a/x.jpg")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestPutsAndSweepsAtOnceDisturbNothing(t *testing.T) {
	d, root := newTestDir(t)
	ctx, stop := context.WithCancel(t.Context())
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		for ctx.Err() == nil {
			d.place.sweep()
		}
	}()
	for range 200 {
		require.NoError(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader("content")))
	}
	stop()
	<-swept
	assert.Equal(t, []string{"a"}, names(t, root))
}

func TestAFileThatLosesItsTemporaryNameIsAnErrorOfPut(t *testing.T) {
	d, root := newTestDir(t)
	err := whileReading(t, d, "a/x.jpg", func() {
		require.NoError(t, os.Remove(filepath.Join(root, names(t, root)[0])))
	})
	assert.Error(t, err)
	assert.Empty(t, names(t, root))
}

func TestAFailureToOpenARegularFileIsNoAbsence(t *testing.T) {
	d, _ := newTestDir(t)
	require.NoError(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader("content")))
	for _, failure := range []error{syscall.EACCES, syscall.EIO, syscall.EMFILE} {
		err := d.place.openError("a/x.jpg", &fs.PathError{Op: "openat", Path: "a/x.jpg", Err: failure})
		assert.ErrorIs(t, err, failure)
		assert.NotErrorIs(t, err, fs.ErrNotExist)
	}
}

func TestALinkInsideOfTheRootIsFollowed(t *testing.T) {
	d, root := newTestDir(t)
	require.NoError(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader("content")))
	if err := os.Symlink("a", filepath.Join(root, "link")); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no symbolic links here")
	}
	f, err := d.Open(t.Context(), "link/x.jpg")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, d.RemoveAll(t.Context(), "link"), "which removes the link and not where it leads")
	_, err = d.Open(t.Context(), "link/x.jpg")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	f, err = d.Open(t.Context(), "a/x.jpg")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestStatAfterReadingSeesThatAFileWasWrittenTo(t *testing.T) {
	d, root := newTestDir(t)
	require.NoError(t, os.WriteFile(filepath.Join(root, "k"), []byte("old"), 0o644))
	for name, read := range map[string]func(fs.File) error{
		"Read": func(f fs.File) error { _, err := f.Read(make([]byte, 1)); return err },
		"Copy": func(f fs.File) error { _, err := io.Copy(io.Discard, f); return err },
	} {
		f, err := d.Open(t.Context(), "k")
		require.NoError(t, err)
		before, err := f.Stat()
		require.NoError(t, err)
		w, err := os.OpenFile(filepath.Join(root, "k"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = w.WriteString("and new")
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.NoError(t, read(f))
		after, err := f.Stat()
		require.NoError(t, err)
		assert.Equal(t, before.Size()+7, after.Size(), name)
		assert.True(t, sameFile(before, after), name)
		require.NoError(t, f.Close())
	}
}

func sameFile(a, b fs.FileInfo) bool {
	if i, ok := a.(interface {
		SameFile(fs.FileInfo) (same, known bool)
	}); ok {
		same, known := i.SameFile(b)
		return same && known
	}
	return os.SameFile(a, b)
}
