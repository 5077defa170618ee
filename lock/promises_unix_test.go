//go:build unix

package lock_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/lock"
)

func TestAFileIsForItsUserAndGroup(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "locks", "of the site")
	f := newFile(t, dir)
	unlock, ok, err := f.TryLock(t.Context(), "k", time.Minute)
	require.True(t, ok && err == nil)
	modes := map[fs.FileMode]int{}
	require.NoError(t, filepath.WalkDir(filepath.Dir(dir), func(_ string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		modes[info.Mode()]++
		return nil
	}))
	assert.Equal(t, map[fs.FileMode]int{fs.ModeDir | 0o770: 2, 0o660: 1}, modes)
	require.NoError(t, unlock())
}

func TestAFileWithARelativePathStaysWhereItWasMade(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	require.NoError(t, err)
	f := newFile(t, "locks")
	t.Chdir(t.TempDir())
	unlock, ok, err := f.TryLock(t.Context(), "k", time.Minute)
	require.True(t, ok && err == nil)
	_, ok, err = newFile(t, filepath.Join(here, "locks")).TryLock(t.Context(), "k", time.Minute)
	assert.NoError(t, err)
	assert.False(t, ok)
	require.NoError(t, unlock())
}

func TestWhatIsNoLockStaysInTheDirectory(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.text")
	short := filepath.Join(dir, "notes.lock")
	for _, name := range []string{long, short} {
		require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
	}
	newFile(t, dir)
	assert.FileExists(t, long)
	assert.FileExists(t, short)
}

func TestAKeyHasOneHolderInAProcessThoughItsFileIsRemoved(t *testing.T) {
	dir := t.TempDir()
	f := newFile(t, dir)
	unlock, ok, err := f.TryLock(t.Context(), "k", time.Minute)
	require.True(t, ok && err == nil)
	require.NoError(t, os.RemoveAll(dir))
	_, ok, err = f.TryLock(t.Context(), "k", time.Minute)
	assert.NoError(t, err)
	assert.False(t, ok)
	require.NoError(t, unlock())
	unlock, ok, err = f.TryLock(t.Context(), "k", time.Minute)
	require.True(t, ok && err == nil)
	require.NoError(t, unlock())
}

// waiter is what both locks are.
type waiter interface {
	lock.Locker
	lock.Waiter
}

func TestAnEndedContextIsAnErrorEvenIfTheKeyIsFree(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, l := range []waiter{lock.NewMemory(), newFile(t, t.TempDir())} {
		assert.Equal(t, context.Canceled, l.Wait(ctx, "k"), "%T", l)
		_, ok, err := l.TryLock(ctx, "k", time.Minute)
		assert.Equal(t, context.Canceled, err, "%T", l)
		assert.False(t, ok)
		assert.NoError(t, l.Wait(t.Context(), "k"), "%T", l)
	}
}
