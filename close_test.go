package thumbnail_test

import (
	"context"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// closingDir is a directory that counts the open files.
type closingDir struct {
	*storage.Dir
	open *atomic.Int64
}

func (c closingDir) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := c.Dir.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	return &closes{f, c.open}, nil
}

func TestOriginalsAreClosedAfterASweepAndAfterTheSecondLook(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "k.jpg"), photo(t, 200, 100), 0o644))
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	s := newSite(t)
	var open atomic.Int64
	s.Source = closingDir{dir, &open}
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Zero(t, open.Load(), "a local original is looked at again before the thumbnail is stored")
	s.Storage = s.storage.Storage
	_, err = s.handler(t).Sweep(t.Context(), thumbnail.Sweep{})
	require.NoError(t, err)
	assert.Zero(t, open.Load())
}

func TestDescribeCheckAndPingCloseAndEndWhatTheyUse(t *testing.T) {
	s := newSite(t)
	var open atomic.Int64
	counting := func(from func(ctx context.Context, key string) (fs.File, error)) func(ctx context.Context, key string) (fs.File, error) {
		return func(ctx context.Context, key string) (fs.File, error) {
			f, err := from(ctx, key)
			if err != nil {
				return nil, err
			}
			open.Add(1)
			return &closes{f, &open}, nil
		}
	}
	s.source.open = counting(s.source.source.Open)
	s.Storage = openFunc{s.storage, counting(s.storage.Open)}
	_, err := thumbnail.Describe(t.Context(), s.source, "k.jpg")
	require.NoError(t, err)
	assert.Zero(t, open.Load())
	var seen context.Context
	var took []error
	f := toy(1, &took)
	decode := f.Decode
	f.Decode = func(ctx context.Context, data []byte) (image.Image, error) { seen = ctx; return decode(ctx, data) }
	s.Formats = []processors.Format{f}
	h := s.handler(t)
	require.NoError(t, h.Ping(t.Context()))
	assert.Zero(t, open.Load())
	_, err = h.Check(t.Context(), strings.NewReader("TOY"))
	require.NoError(t, err)
	assert.ErrorIs(t, seen.Err(), context.Canceled)
}
