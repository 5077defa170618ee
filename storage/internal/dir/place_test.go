package dir_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
)

func content(t *testing.T, d *storage.Dir, key string) string {
	t.Helper()
	f, err := d.Open(t.Context(), key)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	return string(b)
}

func put(t *testing.T, d *storage.Dir, key, s string) {
	t.Helper()
	require.NoError(t, d.Put(t.Context(), key, strings.NewReader(s)))
}

func TestADirFollowsItsPath(t *testing.T) {
	base := t.TempDir()
	root := filepath.Join(base, "thumbs")
	require.NoError(t, os.Mkdir(root, 0o755))
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	put(t, d, "a/x.jpg", "first")

	t.Run("removed and made again", func(t *testing.T) {
		require.NoError(t, os.RemoveAll(root))
		_, err := d.Open(t.Context(), "a/x.jpg")
		require.Error(t, err)
		assert.NotErrorIs(t, err, fs.ErrNotExist, "the storage does not work; nobody knows whether the key is there")
		assert.Error(t, d.Put(t.Context(), "a/x.jpg", strings.NewReader("")))
		assert.Error(t, d.RemoveAll(t.Context(), "a"))
		require.NoError(t, os.Mkdir(root, 0o755))
		put(t, d, "a/x.jpg", "second")
		assert.FileExists(t, filepath.Join(root, "a/x.jpg"))
		assert.Equal(t, "second", content(t, d, "a/x.jpg"))
	})
	t.Run("moved and replaced", func(t *testing.T) {
		require.NoError(t, os.Rename(root, root+".old"))
		require.NoError(t, os.Mkdir(root, 0o755))
		_, err := d.Open(t.Context(), "a/x.jpg")
		assert.ErrorIs(t, err, fs.ErrNotExist)
		put(t, d, "b/x.jpg", "third")
		assert.FileExists(t, filepath.Join(root, "b/x.jpg"))
		assert.NoFileExists(t, filepath.Join(root+".old", "b/x.jpg"))
	})
}

func TestADirFollowsASymbolicLinkThatIsSwitched(t *testing.T) {
	base := t.TempDir()
	for _, release := range []string{"1", "2"} {
		require.NoError(t, os.Mkdir(filepath.Join(base, release), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(base, release, "x.jpg"), []byte(release), 0o644))
	}
	current := filepath.Join(base, "current")
	require.NoError(t, os.Symlink("1", current))
	d, err := storage.OpenDir(current)
	require.NoError(t, err)
	defer d.Close()
	assert.Equal(t, "1", content(t, d, "x.jpg"))
	require.NoError(t, os.Remove(current))
	require.NoError(t, os.Symlink("2", current))
	assert.Equal(t, "2", content(t, d, "x.jpg"))
	put(t, d, "y.jpg", "new")
	assert.FileExists(t, filepath.Join(base, "2", "y.jpg"))
}

func TestARelativeDirStaysWhereItWasOpened(t *testing.T) {
	base := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(base, "thumbs"), 0o755))
	t.Chdir(base)
	d, err := storage.OpenDir("thumbs")
	require.NoError(t, err)
	defer d.Close()
	t.Chdir(t.TempDir())
	put(t, d, "x.jpg", "content")
	assert.FileExists(t, filepath.Join(base, "thumbs", "x.jpg"))
}

func TestSymbolicLinksBelowTheRootAreFollowedIfTheyAreRelativeAndStayWithin(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "real"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "real/x.jpg"), []byte("content"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "x.jpg"), []byte("secret"), 0o644))
	for name, target := range map[string]string{
		"within": "real", "absolute": filepath.Join(root, "real"), "outside": outside, "up": "../" + filepath.Base(outside),
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(root, name)))
	}
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	assert.Equal(t, "content", content(t, d, "within/x.jpg"))
	for _, key := range []string{"absolute/x.jpg", "outside/x.jpg", "up/x.jpg"} {
		_, err := d.Open(t.Context(), key)
		assert.ErrorIs(t, err, fs.ErrNotExist, key)
	}
}

func TestADirThatHasFollowedItsPathOpensItOnce(t *testing.T) {
	if openDescriptors() < 0 {
		t.Skip("descriptors can't be counted")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // because the garbage collector closes unreferenced files
	root := filepath.Join(t.TempDir(), "thumbs")
	require.NoError(t, os.Mkdir(root, 0o755))
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, os.Rename(root, root+"-old"))
	require.NoError(t, os.Mkdir(root, 0o755))
	put(t, d, "a", "new")
	before := openDescriptors()
	for range 30 {
		assert.Equal(t, "new", content(t, d, "a"))
	}
	assert.Less(t, openDescriptors()-before, 5)
}
