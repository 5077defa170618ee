package thumbnail_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A described storage changes the FileInfo and the files of another storage, and measures the bytes that
// are read.
type described struct {
	*storage.Memory
	info func(storage.Info) fs.FileInfo
	file func(r *bytes.Reader) io.Reader
	read atomic.Int64
}

func (s *described) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, _ := f.Stat()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	var content io.Reader = metered{bytes.NewReader(data), &s.read}
	if s.file != nil {
		content = s.file(bytes.NewReader(data))
	}
	return describedFile{content, s.info(storage.Info{Name: key, Size: info.Size(), ModTime: info.ModTime()})}, nil
}

// metered counts the bytes that are read at an offset.
type metered struct {
	*bytes.Reader
	read *atomic.Int64
}

func (c metered) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.read.Add(int64(n))
	return n, err
}

type describedFile struct {
	io.Reader
	info fs.FileInfo
}

func (f describedFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f describedFile) Close() error               { return nil }

func (f describedFile) ReadAt(p []byte, off int64) (int, error) {
	return f.Reader.(io.ReaderAt).ReadAt(p, off)
}

// asStored returns the FileInfo unchanged.
func asStored(i storage.Info) fs.FileInfo {
	f := storage.NewFile(bytes.NewReader(nil), i)
	info, _ := f.Stat()
	return info
}

func TestAStoredFileIsExaminedOnceForEachModificationTime(t *testing.T) {
	s := newSite(t)
	st := &described{Memory: storage.NewMemory(), info: asStored}
	s.storage.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.Equal(t, 200, get(h, url).Code)
	require.Equal(t, 200, get(h, url).Code)
	before := st.read.Load()
	require.NotZero(t, before)
	require.Equal(t, 200, get(h, url).Code)
	assert.Equal(t, before, st.read.Load())
}

func TestAStoredFileWithoutAModificationTimeIsExaminedEachTime(t *testing.T) {
	s := newSite(t)
	st := &described{Memory: storage.NewMemory(), info: func(i storage.Info) fs.FileInfo { i.ModTime = time.Time{}; return asStored(i) }}
	s.storage.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	whole := get(h, url).Body.Bytes()
	require.Equal(t, 200, get(h, url).Code)
	require.NoError(t, st.Put(t.Context(), url[1:], bytes.NewReader(make([]byte, len(whole)))))
	assert.Equal(t, whole, get(h, url).Body.Bytes(), "zeros of the same length are made anew")
}

func TestACompleteThumbnailIsMadeOnceWhetherItsFileSeeksOrNot(t *testing.T) {
	for kind, file := range map[string]func(r *bytes.Reader) io.Reader{
		"seeks":   func(r *bytes.Reader) io.Reader { return struct{ io.ReadSeeker }{r} },
		"streams": func(r *bytes.Reader) io.Reader { return io.MultiReader(r) },
	} {
		s := newSite(t)
		s.storage.Storage = shortened{storage.NewMemory(), file}
		h := s.handler(t)
		for _, ext := range []string{".jpg", ".png", ".gif", ".webp"} {
			url := s.url(t, "k.jpg", "50x50", "crop", ext)
			before := s.storage.put.Load()
			for range 3 {
				require.Equal(t, 200, get(h, url).Code)
			}
			assert.EqualValues(t, 1, s.storage.put.Load()-before, "%s %s", kind, ext)
		}
	}
}

// openFunc is a storage with another Open.
type openFunc struct {
	thumbnail.Storage
	open func(ctx context.Context, key string) (fs.File, error)
}

func (s openFunc) Open(ctx context.Context, key string) (fs.File, error) { return s.open(ctx, key) }

// mute is a Responder that ignores the file.
type mute struct{}

func (mute) Respond(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func TestAStoredFileWithoutInfoIsPassedToTheResponder(t *testing.T) {
	s := newSite(t)
	s.storage.Storage = &described{Memory: storage.NewMemory(), info: func(storage.Info) fs.FileInfo { return nil }}
	s.Responder = mute{}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.NoError(t, s.storage.Put(t.Context(), url[1:], bytes.NewReader([]byte("x"))))
	assert.Equal(t, http.StatusNoContent, get(h, url).Code)
	assert.Empty(t, s.log.String())
}

func TestAStoredThumbnailIsOpenedOnce(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 20, 10)}})
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.Equal(t, 200, get(h, url).Code)
	before := s.storage.opened.Load()
	require.Equal(t, 200, get(h, url).Code)
	assert.EqualValues(t, before+1, s.storage.opened.Load(), "a hit opens one file")
}
