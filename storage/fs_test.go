package storage_test

import (
	"archive/zip"
	"bytes"
	"context"
	"embed"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed fs.go storagetest/*.go
var embedded embed.FS

func zipped(t *testing.T) fs.FS {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"fs.go", "storagetest/storagetest.go"} {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(f, "content")
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	return r
}

func TestEveryFileSystemIsASource(t *testing.T) {
	sub, err := fs.Sub(os.DirFS(".."), "storage")
	require.NoError(t, err)
	for name, fsys := range map[string]fs.FS{
		"embed": embedded, "os.DirFS": os.DirFS("."), "zip": zipped(t), "fs.Sub": sub,
		"fstest.MapFS": fstest.MapFS{"fs.go": {Data: []byte("x")}, "storagetest/storagetest.go": {Data: []byte("x")}},
	} {
		t.Run(name, func(t *testing.T) {
			source := storage.FS(fsys)
			for _, key := range []string{"fs.go", "storagetest/storagetest.go"} {
				f, err := source.Open(t.Context(), key)
				require.NoError(t, err)
				got, err := io.ReadAll(f)
				require.NoError(t, err)
				want, err := fs.ReadFile(fsys, key)
				require.NoError(t, err)
				assert.Equal(t, want, got)
				require.NoError(t, f.Close())
			}
			for _, key := range []string{
				"absent.jpg", "absent/x.jpg", "storagetest", "fs.go/x.jpg", "fs.go/a/b/c", "", ".", "..", "/fs.go", "./fs.go", "fs.go/",
				"storagetest/../fs.go", "storagetest//storagetest.go", "../storage/fs.go", "fs.go\x00", strings.Repeat("s", 255), strings.Repeat("s", 256),
			} {
				_, err := source.Open(t.Context(), key)
				assert.ErrorIs(t, err, fs.ErrNotExist, "%q", key)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := source.Open(ctx, "fs.go")
			assert.ErrorIs(t, err, context.Canceled)
		})
	}
}

func TestALinkInACircleIsAbsentFromAFileSystem(t *testing.T) {
	root := t.TempDir()
	if err := os.Symlink("circle", filepath.Join(root, "circle")); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no symbolic links here")
	}
	_, err := storage.FS(os.DirFS(root)).Open(t.Context(), "circle")
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// failing is a file system that returns an I/O error for every file.
type failing struct{ err error }

func (f failing) Open(string) (fs.File, error) { return nil, f.err }

func TestAFailureOfTheFileSystemDoesNotMatchErrNotExist(t *testing.T) {
	for _, failure := range []error{errors.New("disk on fire"), fs.ErrPermission, fs.ErrClosed} {
		_, err := storage.FS(failing{failure}).Open(t.Context(), "a.jpg")
		assert.ErrorIs(t, err, failure)
		assert.NotErrorIs(t, err, fs.ErrNotExist)
	}
}
