package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAnErrorHasNoneOfTheHeadersOfTheThumbnail(t *testing.T) {
	s := newSite(t)
	names := []string{"Content-Length", "Content-Range", "Etag", "Last-Modified"}
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		for _, name := range append(names, "Content-Type") {
			w.Header().Set(name, "1")
		}
		return errBoom
	})
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	for _, name := range names {
		assert.Empty(t, w.Header().Values(name), name)
	}
}

func TestOnlyIfCachedIsFoundInAnyLineAndInAnyCase(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	r := httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", "5x5", "crop", ".jpg"), nil)
	r.Header["Cache-Control"] = []string{"max-age=0", "max-stale, Only-If-Cached"}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, 504, w.Code)
	r.Header["Cache-Control"] = []string{"max-age=0", "max-stale"}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, 200, w.Code)
}

func TestAStoredThumbnailIsServedThoughConfigNoLongerAllowsItsSize(t *testing.T) {
	s := newSite(t)
	url := s.url(t, "k.jpg", "60x50", "crop", ".jpg")
	require.Equal(t, 200, get(s.handler(t), url).Code)
	for _, size := range []int{59, 49} {
		s.MaxWidth, s.MaxHeight = size, size
		h := s.handler(t)
		assert.Equal(t, 200, get(h, url).Code)
		assert.Equal(t, 400, get(h, s.url(t, "k.jpg", "60x49", "crop", ".jpg")).Code, size)
	}
	s.MaxWidth, s.MaxHeight = 60, 49
	assert.Equal(t, 400, get(s.handler(t), s.url(t, "k.jpg", "49x50", "crop", ".jpg")).Code, "each side has its limit")
}

// The first request gives up the wait for a lock; the second one waits for it, then for the lock, and then works.
func TestWaitingDoesNotUseUpTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		locks := lock.NewMemory()
		s.Locker, s.Timeout, s.Wait = locks, time.Second, 3*time.Second
		s.Processors = thumbnail.Processors{"slow": working(600 * time.Millisecond)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "slow", ".jpg")
		unlock, ok, err := locks.TryLock(t.Context(), url[1:], time.Hour)
		require.True(t, ok && err == nil)
		first, second := make(chan int, 1), make(chan int, 1)
		go func() { first <- get(h, url).Code }()
		time.Sleep(time.Second)
		go func() { second <- get(h, url).Code }()
		assert.Equal(t, 404, <-first)
		time.Sleep(500 * time.Millisecond)
		require.NoError(t, unlock())
		assert.Equal(t, 200, <-second)
	})
}

func TestTheHeaderOfAnUploadIsAdmitted(t *testing.T) {
	s := newSite(t)
	var h *thumbnail.Handler
	var held int64
	s.Formats = []processors.Format{{
		Name: "toy", Match: func(head []byte) bool { return bytes.HasPrefix(head, []byte("TOY")) },
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			held = h.Stats().Memory
			return processors.FormatHeader{Width: 20, Height: 10}, nil
		},
		Decode: func(context.Context, []byte) (image.Image, error) {
			return image.NewNRGBA(image.Rect(0, 0, 20, 10)), nil
		},
	}}
	const file = 3 << 20
	data := append([]byte("TOY"), make([]byte, file-3)...)
	for memory, least := range map[int64]int64{0: file + 1<<20, file + 1<<19: file} {
		s.MaxMemory = memory
		h = s.handler(t)
		_, _ = h.Check(t.Context(), bytes.NewReader(data))
		assert.GreaterOrEqual(t, held, least, "the file, and a megabyte if Config allows that")
		assert.Zero(t, h.Stats().Memory)
	}
}

// writtenFile is written to while it is read, if changes is true.
type writtenFile struct {
	fs.File
	changes bool
	closed  *atomic.Int64
	stats   int
}

func (f *writtenFile) Close() error { f.closed.Add(1); return f.File.Close() }

func (f *writtenFile) Stat() (fs.FileInfo, error) {
	f.stats++
	info := storage.Info{Name: "k.jpg", ModTime: time.Unix(1e9, 0)}
	if f.changes {
		info.ModTime = time.Unix(1e9+int64(f.stats), 0)
	}
	return storage.NewFile(bytes.NewReader(nil), info).Stat()
}

func TestAnOriginalThatIsOpenedAgainIsClosedBefore(t *testing.T) {
	s := newSite(t)
	data := photo(t, 200, 100)
	var closed atomic.Int64
	s.source.open = func(context.Context, string) (fs.File, error) {
		n := s.source.opened.Load()
		assert.Equal(t, n-1, closed.Load())
		return &writtenFile{File: storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{}), changes: n < 3, closed: &closed}, nil
	}
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.EqualValues(t, 3, s.source.opened.Load())
	assert.EqualValues(t, 3, closed.Load())
}

// readSeeker has no ReadAt.
type readSeeker struct{ io.ReadSeeker }

func TestAResponderGetsAStoredFileFromItsBeginning(t *testing.T) {
	memory := storage.NewMemory()
	s := newSite(t)
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(f)
		return storage.NewFile(readSeeker{bytes.NewReader(data)}, storage.Info{Name: key, Size: int64(len(data)), ModTime: time.Unix(1e9, 0)}), err
	}}
	var bodies []string
	s.Responder = responderFunc(func(_ http.ResponseWriter, _ *http.Request, _ string, f fs.File) error {
		data, err := io.ReadAll(f)
		bodies = append(bodies, string(data))
		return err
	})
	for range 3 {
		get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	}
	require.Len(t, bodies, 3)
	assert.NotEmpty(t, bodies[0])
	assert.Equal(t, []string{bodies[0], bodies[0], bodies[0]}, bodies)
}

func TestAnUploadOfExactlyMaxPixelsIsNotTooLargeByItsPixels(t *testing.T) {
	data := flatPNG(t, image.Pt(2000, 1500), 8, 0, 1)
	for _, c := range []struct {
		pixels, memory int64
		says           string
	}{
		{2000 * 1500, 0, ""}, {2000*1500 - 1, 0, "the limit is 3.00"}, {2000 * 1500, 2 << 20, "takes more memory"},
	} {
		s := newSite(t)
		s.MaxPixels, s.MaxMemory = c.pixels, c.memory
		_, err := s.handler(t).Check(t.Context(), bytes.NewReader(data))
		if c.says == "" {
			assert.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, thumbnail.ErrTooLarge)
		assert.ErrorContains(t, err, c.says)
	}
}

func TestAPictureOfOnePixelHasItsSize(t *testing.T) {
	links := siteLinks(t)
	links.Presets = thumbnail.Presets{"dot": {Size: size(1, 1)}}
	html, err := renderWith(t, links, `{{img . "dot" "alt" ""}}`, "a.jpg")
	require.NoError(t, err)
	assert.Contains(t, html, ` width="1" height="1"`)
	assert.Contains(t, html, ` sizes="auto, `)
}
