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

// A partner reports that it overlaps with one other storage.
type partner struct {
	storage.Storage
	other any
}

func (a partner) Overlaps(other any) bool { return other == a.other }

func openRoot(t *testing.T, path ...string) *storage.Dir {
	dir := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	d, err := storage.OpenDir(dir)
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

// overlap calls Overlap in both directions, and requires equal results.
func overlap(t *testing.T, a, b any) bool {
	there, back := storage.Overlap(a, b), storage.Overlap(b, a)
	assert.Equal(t, there, back, "%T and %T", a, b)
	return there
}

func TestADirectoryIsRecognizedHoweverItIsOpened(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	d, other := openRoot(t, dir), openRoot(t, t.TempDir())
	for name, same := range map[string]any{"itself": d, "again": openRoot(t, dir), "by a link": openRoot(t, link), "wrapped": wrapped{d}, "as an fs.FS": storage.FS(os.DirFS(dir))} {
		assert.True(t, overlap(t, d, same), name)
		assert.False(t, overlap(t, other, same), name)
	}
	for _, v := range []any{nil, 1, storage.NewMemory(), storage.FS(fstest.MapFS{}), storage.FS(nil), wrapped{}} {
		assert.False(t, overlap(t, d, v), "%T", v)
	}
}

func TestADirectoryInsideAnotherOverlapsWithIt(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	photos := openRoot(t, dir, "photos")
	thumbs := filepath.Join(dir, "photos", "a", "thumbs")
	inner := openRoot(t, thumbs)
	link := filepath.Join(elsewhere, "link")
	require.NoError(t, os.Symlink(thumbs, link))
	for name, v := range map[string]any{"the directory": inner, "a link to it": openRoot(t, link), "wrapped": wrapped{inner}} {
		assert.True(t, overlap(t, photos, v), name)
		assert.True(t, overlap(t, storage.FS(os.DirFS(filepath.Join(dir, "photos"))), v), name)
	}
	for name, v := range map[string]any{
		"beside": openRoot(t, dir, "thumbs"), "with a longer name": openRoot(t, dir, "photos2"), "inside of another one": openRoot(t, elsewhere, "photos", "a"),
	} {
		assert.False(t, overlap(t, photos, v), name)
		assert.False(t, overlap(t, inner, v), name)
	}
	outer := openRoot(t, "/")
	assert.True(t, overlap(t, outer, inner), "the root of the file system")
}

func TestAMemoryOverlapsWithItselfOnly(t *testing.T) {
	m := storage.NewMemory()
	assert.True(t, overlap(t, m, m))
	assert.True(t, overlap(t, m, wrapped{m}))
	assert.False(t, overlap(t, m, storage.NewMemory()))
	assert.False(t, overlap(t, m, nil))
}

func TestAnOverlapperIsAsked(t *testing.T) {
	m := storage.NewMemory()
	d := openRoot(t, t.TempDir())
	assert.True(t, overlap(t, partner{m, d}, d))
	assert.True(t, overlap(t, wrapped{partner{m, d}}, d))
	assert.False(t, overlap(t, partner{d, m}, openRoot(t, t.TempDir())))
}
