package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// changing is a source whose file changes when it is rewound after the header has been read.
type changing struct {
	thumbnail.Source
	change func()
}

func (c *changing) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := c.Source.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return &changingFile{f, f.(io.Seeker), c}, nil
}

type changingFile struct {
	fs.File
	seeker io.Seeker
	c      *changing
}

func (f *changingFile) Seek(offset int64, whence int) (int64, error) {
	if change := f.c.change; change != nil {
		f.c.change = nil
		change()
	}
	return f.seeker.Seek(offset, whence)
}

func TestAnOriginalThatChangesInPlaceBetweenMeasuringAndReadingIsMeasuredAgain(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "k.jpg")
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	landscape, portrait := photo(t, 200, 100), photo(t, 1000, 2000)
	for name, changed := range map[string][]byte{
		"of another size":  portrait,
		"of the same size": append(photo(t, 50, 100), make([]byte, len(landscape)-len(photo(t, 50, 100)))...),
		"shorter":          photo(t, 50, 100),
	} {
		require.NoError(t, os.WriteFile(file, landscape, 0o644))
		require.NoError(t, os.Chtimes(file, time.Now(), time.Now().Add(-time.Hour)))
		s := newSite(t)
		s.source.source = &changing{dir, func() {
			w, err := os.OpenFile(file, os.O_WRONLY|os.O_TRUNC, 0) // in place
			require.NoError(t, err)
			_, err = w.Write(changed)
			require.NoError(t, err)
			require.NoError(t, w.Close())
		}}
		o := &observer{}
		s.Observer = o
		h := s.handler(t)
		w := get(h, s.url(t, "k.jpg", "50x50", "fit", ".png"))
		require.Equal(t, 200, w.Code, name)
		assert.Equal(t, image.Pt(25, 50), sizeOf(t, w.Body.Bytes()), name)
		assert.EqualValues(t, len(changed), o.events[0].Source.Bytes, name)
		assert.EqualValues(t, 2, s.source.opened.Load(), name)
		assert.EqualValues(t, 1, s.storage.put.Load(), name)
		assert.Zero(t, h.Stats().Memory, name)
	}
}

func TestReadingAnOriginalThatAlwaysChangesEnds(t *testing.T) {
	s := newSite(t)
	n := 0
	s.source.open = func(context.Context, string) (fs.File, error) {
		n++
		f := &changingFile{File: &appended{storage.NewFile(bytes.NewReader(photo(t, 200, 100)), storage.Info{Name: "k.jpg"}), 0}, c: &changing{}}
		f.seeker = f.File.(*appended).File.(io.Seeker)
		return f, nil
	}
	h := s.handler(t)
	w := get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 503, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.NotEmpty(t, w.Header().Get("Retry-After"))
	assert.LessOrEqual(t, n, 4)
	assert.Zero(t, s.storage.put.Load())
	assert.Zero(t, h.Stats().Memory)
}

// appended is a file whose modification time in Stat is always now.
type appended struct {
	fs.File
	stats int
}

func (a *appended) Stat() (fs.FileInfo, error) {
	info, err := a.File.Stat()
	a.stats++
	return grown{info, a.stats}, err
}

type grown struct {
	fs.FileInfo
	by int
}

func (g grown) ModTime() time.Time { return time.Unix(int64(g.by), 0) }

func TestASeekableOriginalThatGrowsWhileItIsReadIsMeasuredAgain(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "k.jpg")
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	require.NoError(t, os.WriteFile(file, photo(t, 200, 100), 0o644))
	s := newSite(t)
	s.source.source = &changing{dir, func() {
		w, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
		require.NoError(t, err)
		_, err = w.Write(make([]byte, 100_000))
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}}
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "50x50", "fit", ".png")).Code)
	assert.EqualValues(t, 2, s.source.opened.Load())
	s.source.source = storage.FS(fstest.MapFS{})
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "50x50", "fit", ".png")).Code)
}
