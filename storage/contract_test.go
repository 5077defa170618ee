package storage_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
)

type wrapped struct{ storage.Storage }

func (w wrapped) Unwrap() storage.Storage { return w.Storage }

func TestADirectoryIsRecognizedHoweverItIsOpened(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	d, other := openRoot(t, dir), openRoot(t, t.TempDir())
	for name, same := range map[string]any{"itself": d, "again": openRoot(t, dir), "by a link": openRoot(t, link), "wrapped": wrapped{d}, "as an fs.FS": storage.FS(os.DirFS(dir))} {
		assert.True(t, storage.SameDir(d, same), name)
		assert.False(t, storage.SameDir(other, same), name)
	}
	for _, v := range []any{nil, storage.NewMemory(), storage.FS(fstest.MapFS{}), storage.FS(nil), wrapped{}} {
		assert.False(t, storage.SameDir(d, v), "%T", v)
		assert.False(t, storage.SameDir(v, v), "%T", v)
	}
}

func openRoot(t *testing.T, path string) *storage.Dir {
	d, err := storage.OpenDir(path)
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

func TestWhatIsNoDirectoryIsNotTheSame(t *testing.T) {
	d, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer d.Close()
	for _, other := range []any{nil, storage.NewMemory(), 1} {
		assert.False(t, storage.SameDir(d, other))
		assert.False(t, storage.SameDir(other, d))
		assert.False(t, storage.SameDir(other, other))
	}
	assert.True(t, storage.SameDir(d, d))
}
