package lock_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two processes lock a key while their directory is moved, replaced, and switched by a link.
func TestFileFollowsItsDirectory(t *testing.T) {
	base := t.TempDir()
	for _, name := range []string{"1", "2"} {
		require.NoError(t, os.Mkdir(filepath.Join(base, name), 0o755))
	}
	dir := filepath.Join(base, "current")
	require.NoError(t, os.Symlink("1", dir))
	one, other := newFile(t, dir), newFile(t, dir)
	for _, c := range []struct {
		step   string
		change func()
	}{
		{"nothing", func() {}},
		{"switched", func() {
			require.NoError(t, os.Symlink("2", dir+".new"))
			require.NoError(t, os.Rename(dir+".new", dir))
		}},
		{"replaced", func() {
			require.NoError(t, os.Rename(dir, dir+".old"))
			require.NoError(t, os.Mkdir(dir, 0o755))
		}},
		{"removed", func() { require.NoError(t, os.RemoveAll(dir)) }},
	} {
		step := c.step
		before, ok, err := one.TryLock(t.Context(), "k", ttl)
		require.NoError(t, err)
		require.True(t, ok, step)
		c.change()
		unlock, ok, err := other.TryLock(t.Context(), "k", ttl)
		require.NoError(t, err)
		require.Equal(t, step != "nothing", ok, "%s: in another directory nobody holds it", step)
		require.NoError(t, before(), step)
		if !ok {
			continue
		}
		_, ok, err = one.TryLock(t.Context(), "k", ttl)
		require.NoError(t, err)
		assert.False(t, ok, "%s: whoever unlocks in the old directory leaves the lock of the new one alone", step)
		require.NoError(t, unlock())
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}
