package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestASourceThatStreamsAMegabyteOfUnknownLengthWorks(t *testing.T) {
	data := append(photo(t, 200, 100), make([]byte, 1_200_000)...)
	s := newSite(t)
	s.source.open = func(context.Context, string) (fs.File, error) {
		return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg"}), nil
	}
	h := s.handler(t)
	w := get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	require.Equal(t, 200, w.Code)
	assert.Equal(t, image.Pt(5, 5), sizeOf(t, w.Body.Bytes()))
	for limit, status := range map[int64]int{int64(len(data)): 200, int64(len(data)) - 1: 422, 600_000: 422} {
		s.MaxSourceBytes = limit
		h := s.handler(t)
		err := h.Generate(t.Context(), spec(t, "k.jpg", fmt.Sprintf("%dx9", limit%4000+1), "crop", ".jpg"))
		assert.Equal(t, status, thumbnail.StatusCode(err), "%d: %v", limit, err)
		assert.Zero(t, h.Stats().Memory)
	}
	s.MaxSourceBytes, s.MaxMemory = 0, 2_000_000
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "7x5", "crop", ".jpg")).Code, "it might need more than there will ever be")
}

// idle returns 0 bytes n times before each byte.
type idle struct {
	r    io.Reader
	n, i int
}

func (r *idle) Read(p []byte) (int, error) {
	if r.i++; r.i <= r.n {
		return 0, nil
	}
	r.i = 0
	return r.r.Read(p[:min(len(p), 4096)])
}

func TestASourceMayReturnNoBytesAHundredTimesInARow(t *testing.T) {
	for n, status := range map[int]int{100: 200, 101: 500} {
		s := newSite(t)
		s.source.open = func(context.Context, string) (fs.File, error) {
			data := append(photo(t, 200, 100), make([]byte, 10_000)...) // several reads
			return storage.NewFile(&idle{r: bytes.NewReader(data), n: n}, storage.Info{Name: "k.jpg", Size: int64(len(data))}), nil
		}
		assert.Equal(t, status, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code, n)
	}
}

// closes counts the open files.
type closes struct {
	fs.File
	open *atomic.Int64
}

func (c *closes) Close() error { c.open.Add(-1); return c.File.Close() }

func TestEveryFileThatIsOpenedIsClosedOnce(t *testing.T) {
	s := newSite(t)
	s.MaxSourceBytes = 10_000
	s.source.source = storage.FS(fstest.MapFS{
		"k.jpg": {Data: photo(t, 200, 100)}, "text.jpg": {Data: []byte("no image")}, "long.jpg": {Data: make([]byte, 10_001)}, "cut.jpg": {Data: photo(t, 200, 100)[:1200]},
	})
	var opened, open atomic.Int64
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		f, err := s.source.source.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		opened.Add(1)
		open.Add(1)
		return &closes{f, &open}, nil
	}
	h := s.handler(t)
	for source, status := range map[string]int{"k.jpg": 200, "text.jpg": 415, "long.jpg": 422, "cut.jpg": 422, "none.jpg": 404} {
		for _, ext := range []string{".jpg", ".gif"} {
			assert.Equal(t, status, get(h, s.url(t, source, "5x5", "crop", ext)).Code, source)
			assert.Zero(t, open.Load(), source)
		}
	}
	assert.GreaterOrEqual(t, opened.Load(), int64(4))
}

func TestAReplacedOriginalOfTheSameSizeAndTimeIsDetected(t *testing.T) {
	root := t.TempDir()
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	file, other := filepath.Join(root, "k.jpg"), filepath.Join(root, "other.jpg")
	old, fresh := photo(t, 200, 100), photo(t, 100, 200)
	size := max(len(old), len(fresh)) + 10
	past := time.Now().Add(-time.Hour)
	for name, data := range map[string][]byte{file: old, other: fresh} {
		require.NoError(t, os.WriteFile(name, append(data, make([]byte, size-len(data))...), 0o644))
		require.NoError(t, os.Chtimes(name, past, past))
	}
	s := newSite(t)
	s.Source = dir // a local source is checked again before the thumbnail is stored
	runs := 0
	s.Processors = thumbnail.Processors{"fit": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		if runs++; runs == 1 {
			require.NoError(t, os.Rename(other, file))
		}
		return processors.Fit{}.Process(ctx, src, w, h)
	})}
	w := get(s.handler(t), s.url(t, "k.jpg", "50x50", "fit", ".png"))
	require.Equal(t, 200, w.Code)
	assert.Equal(t, image.Pt(25, 50), sizeOf(t, w.Body.Bytes()))
	assert.Equal(t, 2, runs)
	assert.EqualValues(t, 1, s.storage.put.Load())
}

func TestASeekableSourceIsNotOpenedAgainWhenMemoryIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.MaxMemory = 7_500_000 // for one generation and one header
		s.Processors = thumbnail.Processors{"work": working(time.Second)}
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 4_000_000)...)}})
		o := &observer{}
		s.Observer = o
		h := s.handler(t)
		done := make(chan int)
		for i := range 2 {
			go func() { done <- get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "work", ".jpg")).Code }()
			synctest.Wait()
		}
		assert.Equal(t, 200, <-done)
		assert.Equal(t, 200, <-done)
		assert.EqualValues(t, 2, s.source.opened.Load())
		assert.Zero(t, o.events[0].Timing.Queue)
		assert.Equal(t, time.Second, o.events[1].Timing.Queue, "the event says so")
	})
}

func TestALockThatCannotBeWaitedForIsTriedLessAndLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		var tries []time.Duration
		start := time.Now()
		s.Locker = triedLocker(func() { tries = append(tries, time.Since(start)/time.Millisecond) })
		s.Wait = 3 * time.Second
		assert.Equal(t, 404, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		assert.Equal(t, []time.Duration{0, 10, 30, 70, 150, 310, 630, 1130, 1630, 2130, 2630, 3000}, tries)
	})
}

type triedLocker func()

func (f triedLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	f()
	return nil, false, nil
}

func TestAResponderThatFlushedIsNotFollowedByAnErrorPage(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		w.(http.Flusher).Flush()
		return errBoom
	})
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")) })
}

func TestStatsCountRequestsByOutcome(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	good, bad := s.url(t, "k.jpg", "5x5", "crop", ".jpg"), s.url(t, "none.jpg", "5x5", "crop", ".jpg")
	for _, url := range []string{good, good, good, bad, bad, "/nonsense"} {
		get(h, url)
	}
	require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "5x5", "crop", ".jpg")))
	require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "crop", ".jpg")))
	s.storage.failPut = func() error { return errBoom }
	get(h, s.url(t, "k.jpg", "7x7", "crop", ".jpg"))
	assert.Equal(t, thumbnail.Stats{Requests: 7, Calls: 2, Stored: 3, Generated: 3, Failed: 3, StoreErrors: 1, Remembered: 1}, h.Stats())
}
