package storage_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// changingFS describes its files by one file system, and opens them in another.
type changingFS struct {
	described, opened fstest.MapFS
	opens, closes     int
}

func (f *changingFS) Stat(name string) (fs.FileInfo, error) { return f.described.Stat(name) }

func (f *changingFS) Open(name string) (fs.File, error) {
	f.opens++
	file, err := f.opened.Open(name)
	if err != nil {
		return nil, err
	}
	return countedClose{file, &f.closes}, nil
}

type countedClose struct {
	fs.File
	n *int
}

func (c countedClose) Close() error { *c.n++; return c.File.Close() }

func TestAFileSystemOpensRegularFilesAlone(t *testing.T) {
	regular, pipe := &fstest.MapFile{Data: []byte("x")}, &fstest.MapFile{Mode: fs.ModeNamedPipe}
	for _, c := range []struct {
		described, opened *fstest.MapFile
		opens             int
	}{
		{pipe, regular, 0}, // opening a pipe would block
		{regular, pipe, 1}, // replaced meanwhile
	} {
		f := &changingFS{described: fstest.MapFS{"k": c.described}, opened: fstest.MapFS{"k": c.opened}}
		_, err := storage.FS(f).Open(t.Context(), "k")
		assert.ErrorIs(t, err, fs.ErrNotExist)
		assert.Equal(t, c.opens, f.opens)
		assert.Equal(t, f.opens, f.closes)
	}
}

func TestADirHonorsWithoutSync(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere every Put waits for the disk")
	}
	root := t.TempDir()
	d, err := storage.OpenDir(root)
	require.NoError(t, err)
	for _, c := range []struct {
		ctx    context.Context
		hidden int
	}{{t.Context(), 0}, {storage.WithoutSync(t.Context()), 2}} {
		require.NoError(t, d.Put(c.ctx, "a/k", strings.NewReader("x")))
		names, err := filepath.Glob(filepath.Join(root, "\x7f*"))
		require.NoError(t, err)
		assert.Len(t, names, c.hidden)
	}
	require.NoError(t, d.Close())
}
