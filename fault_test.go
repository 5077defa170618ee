package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAThumbnailIsServedAlthoughTheDiskFailsAndTheErrorIsLoggedOnceInTenSeconds(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EROFS, syscall.EIO} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.storage.failPut = func() error { return &fs.PathError{Op: "write", Path: "x", Err: errno} }
			h := s.handler(t)
			logged := func() int { return countLines(s.log.String(), "level=ERROR") }
			request := func(i int) {
				w := get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i), "crop", ".jpg"))
				assert.Equal(t, 200, w.Code)
				assert.Equal(t, image.Pt(i, 9), sizeOf(t, w.Body.Bytes()))
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			}
			for i := range 20 {
				request(i + 1)
			}
			assert.Equal(t, 1, logged())
			time.Sleep(10*time.Second - 1)
			request(21)
			assert.Equal(t, 1, logged())
			time.Sleep(time.Nanosecond)
			request(22)
			request(23)
			assert.Equal(t, 2, logged())
			assert.EqualValues(t, 23, h.Stats().StoreErrors)
			assert.Contains(t, s.log.String(), errno.Error())
			assert.ErrorIs(t, h.Generate(t.Context(), spec(t, "k.jpg", "30x9", "crop", ".jpg")), errno, "Generate is for what is stored")
		})
	}
}

func TestALockThatFailsIsLoggedOnceInTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Locker = failingLocker{}
		h := s.handler(t)
		for i, lines := range []int{1, 1, 2} {
			assert.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "crop", ".jpg")).Code)
			assert.Equal(t, lines, countLines(s.log.String(), "the lock fails"))
			time.Sleep(5 * time.Second)
		}
	})
}

func TestErrorsAreLoggedAtTheLevelOfTheirFault(t *testing.T) {
	for want, c := range map[string]struct {
		url    func(s *site) string
		change func(s *site)
		level  slog.Level
	}{
		"400": {url: func(*site) string { return "/nonsense" }, level: slog.LevelDebug},
		"401": {url: func(s *site) string {
			return strings.Replace(s.url(t, "k.jpg", "5x5", "crop", ".jpg"), "crop", "fit", 1)
		}, level: slog.LevelDebug},
		"404":          {url: func(s *site) string { return s.url(t, "none.jpg", "5x5", "crop", ".jpg") }, level: slog.LevelDebug},
		"415":          {url: func(s *site) string { return s.url(t, "text.jpg", "5x5", "crop", ".jpg") }, level: slog.LevelWarn},
		"422":          {change: func(s *site) { s.MaxPixels = 1 }, level: slog.LevelWarn},
		"500":          {change: func(s *site) { s.storage.failOpen = func() error { return errBoom } }, level: slog.LevelError},
		"503":          {change: func(s *site) { s.Locker, s.RequireLock = failingLocker{}, true }, level: slog.LevelWarn},
		"501 and more": {change: func(s *site) { s.storage.failOpen = func() error { return errors.ErrUnsupported } }, level: slog.LevelError},
	} {
		s := newSite(t)
		traces := &traceHandler{}
		s.Logger = slog.New(traces)
		if c.change != nil {
			c.change(s)
		}
		if c.url == nil {
			c.url = func(s *site) string { return s.url(t, "k.jpg", "5x5", "crop", ".jpg") }
		}
		url := c.url(s)
		get(s.handler(t), url)
		level := slog.Level(-100)
		for _, r := range traces.records {
			if r.Message == "thumbnail" {
				level = r.Level
			}
		}
		assert.Equal(t, c.level, level, want)

		traces.records = nil
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		h := s.handler(t)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
		for _, r := range traces.records {
			assert.LessOrEqual(t, r.Level, slog.LevelDebug, "%s, and the client has gone: %s", want, r.Message)
		}
	}
}

func TestAJoinerWaitsAlthoughItsLeaderDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Wait = memory, 3*time.Second
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour) // like another process
		require.NoError(t, err)
		require.True(t, ok)
		codes := make(chan int, 2)
		go func() { codes <- get(h, url).Code }()
		time.Sleep(2 * time.Second)
		start := time.Now()
		go func() { codes <- get(h, url).Code }()
		time.Sleep(2 * time.Second)
		assert.Equal(t, 404, <-codes, "the leader has waited for 3 s")
		assert.Empty(t, codes, "the other has 1 s more")
		require.NoError(t, unlock())
		assert.Equal(t, 200, <-codes)
		assert.LessOrEqual(t, time.Since(start), 3*time.Second)
	})
}

func TestTheLongestRequestTakesWaitAndQueueTimeoutAndTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Workers = memory, 1
		s.Wait, s.QueueTimeout, s.Timeout = 4*time.Second, 3*time.Second, 8*time.Second
		s.Processors = thumbnail.Processors{"hang": processorFunc(func(ctx context.Context, _ image.Image, _, _ int) (image.Image, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}), "hold": working(6800 * time.Millisecond)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "hang", ".jpg")
		unlock, _, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		time.AfterFunc(3900*time.Millisecond, func() { _ = unlock() })
		start := time.Now()
		other := make(chan int)
		go func() { other <- get(h, s.url(t, "k.jpg", "6x6", "hold", ".jpg")).Code }()
		synctest.Wait()
		w := get(h, url) // waits 3.9 s for the lock and 2.9 s for the worker, and works for 8 s
		assert.Equal(t, 503, w.Code)
		assert.NotEmpty(t, w.Header().Get("Retry-After"))
		took := time.Since(start)
		assert.LessOrEqual(t, took, 15*time.Second)
		assert.Greater(t, took, 14*time.Second)
		assert.Equal(t, 200, <-other)
	})
}

func TestForeignErrorsThatResembleInternalOnesAreReturned(t *testing.T) {
	all := []error{
		thumbnail.ErrBusy, thumbnail.ErrOverloaded, thumbnail.ErrTooLarge, thumbnail.ErrInvalid, thumbnail.ErrSignature, thumbnail.ErrFormat,
		thumbnail.ErrCorrupt, fs.ErrNotExist, context.Canceled, context.DeadlineExceeded, errors.ErrUnsupported, http.ErrAbortHandler,
	}
	for _, sentinel := range all {
		odd := fmt.Errorf("odd: %w", sentinel)
		calls := 0
		for name, change := range map[string]func(s *site){
			"the source's Open": func(s *site) {
				s.source.open = func(context.Context, string) (fs.File, error) { calls++; return nil, odd }
			},
			"the source's Read": func(s *site) {
				s.source.open = func(context.Context, string) (fs.File, error) { calls++; return oddFile{odd}, nil }
			},
			"the storage's Open": func(s *site) { s.storage.failOpen = func() error { calls++; return odd } },
			"the storage's Put":  func(s *site) { s.storage.failPut = func() error { calls++; return odd } },
			"the processor": func(s *site) {
				s.Processors = thumbnail.Processors{"crop": processorFunc(func(context.Context, image.Image, int, int) (image.Image, error) { calls++; return nil, odd })}
			},
			"the encoder": func(s *site) {
				s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(io.Writer, image.Image) error { calls++; return odd })}
			},
			"the locker": func(s *site) { s.Locker = oddLocker{odd, &calls} },
			"the responder": func(s *site) {
				s.Responder = responderFunc(func(http.ResponseWriter, *http.Request, string, fs.File) error { calls++; return odd })
			},
		} {
			calls = 0
			s := newSite(t)
			change(s)
			w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
			assert.LessOrEqual(t, calls, 4, "%s: %v", name, odd)
			switch {
			case name == "the source's Open" && sentinel == fs.ErrNotExist:
				assert.Equal(t, 404, w.Code)
			case name == "the storage's Open" && sentinel == fs.ErrNotExist, name == "the storage's Put", name == "the locker":
				assert.Equal(t, 200, w.Code, "%s: %v", name, odd)
			case name == "the processor" || name == "the encoder": // they may return such errors about the picture
				assert.GreaterOrEqual(t, w.Code, 400, "%s: %v", name, odd)
			default:
				assert.GreaterOrEqual(t, w.Code, 500, "%s: %v", name, odd)
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			}
		}
	}
}

type oddFile struct{ err error }

func (o oddFile) Stat() (fs.FileInfo, error) { return failingFile{}.Stat() }
func (o oddFile) Read([]byte) (int, error)   { return 0, o.err }
func (o oddFile) Close() error               { return nil }

type oddLocker struct {
	err   error
	calls *int
}

func (o oddLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	*o.calls++
	return nil, false, o.err
}

func TestDefaultLinksAreServedByADefaultHandler(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	links, known := thumbnail.Links{Base: "/", Signer: s.Signer}, h.Links("/")
	for _, method := range []string{"crop", "scale", "fit", "pad", "focus", "smart", "entropy"} {
		assert.Contains(t, known.Methods, method)
	}
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif"} {
		assert.Contains(t, known.Extensions, ext)
	}
	for _, method := range known.Methods {
		for _, ext := range known.Extensions {
			url, err := links.URL(spec(t, "k.jpg", "5x5", method, ext))
			if assert.NoError(t, err, "%s %s", method, ext) {
				assert.Equal(t, 200, get(h, url).Code, "%s %s", method, ext)
			}
		}
	}
	assert.Equal(t, 4096, known.MaxWidth)
	assert.Equal(t, 4096, known.MaxHeight)
}

func TestAResultThatIsBeingSentHoldsItsMemory(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 2000, 1000)}})
	s.storage.failPut = func() error { return errBoom }
	h := s.handler(t)
	started, release, done := make(chan bool), make(chan bool), make(chan bool)
	w := &slowWriter{header: http.Header{}, started: started, release: release}
	go func() {
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", "1000x500", "crop", ".png"), nil))
		close(done)
	}()
	<-started
	held := h.Stats().Memory
	assert.Positive(t, held, "the encoded bytes")
	assert.Less(t, held, int64(2<<20), "and nothing else")
	close(release)
	<-done
	assert.Zero(t, h.Stats().Memory)
}

func TestTwoAnimationsThatEachNeedMostOfTheMemoryAreMadeOneAfterTheOther(t *testing.T) {
	s := newSite(t)
	s.Workers, s.Wait, s.QueueTimeout = 4, time.Minute, time.Minute
	s.MaxMemory = 12 << 20
	s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		time.Sleep(time.Millisecond)
		return processors.Fit{}.Process(ctx, src, w, h)
	})}
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 7<<20)...)}})
	h := s.handler(t)
	answers := make(chan int)
	for i := range 6 {
		go func() { answers <- get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "slow", ".gif")).Code }()
	}
	for range 6 {
		assert.Equal(t, 200, <-answers)
	}
	assert.Zero(t, h.Stats().Memory)
}

func TestAnUploadThatGrowsWaitsInTheQueue(t *testing.T) {
	s := newSite(t)
	s.MaxMemory, s.Workers, s.QueueTimeout = 8<<20, 4, time.Minute
	h := s.handler(t)
	data := append(photo(t, 200, 100), make([]byte, 900_000)...)
	answers := make(chan error)
	for i := range 8 {
		r := io.Reader(bytes.NewReader(data))
		if i%2 == 0 {
			r = onlyReader{bytes.NewReader(data)}
		}
		go func() {
			_, err := h.Check(t.Context(), r)
			answers <- err
		}()
	}
	for range 8 {
		if err := <-answers; err != nil {
			assert.ErrorIs(t, err, thumbnail.ErrOverloaded)
		}
	}
	assert.Zero(t, h.Stats().Memory)
	assert.Zero(t, h.Stats().Queued)
}

func TestASmallResultHoldsLittleMemoryAfterALargeOne(t *testing.T) {
	s := newSite(t)
	s.Encoders = thumbnail.Encoders{".bmp": encoderFunc(func(w io.Writer, _ image.Image) error {
		_, err := w.Write(make([]byte, 3<<20))
		return err
	}), ".jpg": processors.JPEG{}}
	s.storage.failPut = func() error { return errBoom }
	h := s.handler(t)
	for i := range 4 { // the pool of buffers may drop some
		require.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("1500x150%d", i), "crop", ".bmp")).Code)
	}
	started, release, done := make(chan bool), make(chan bool), make(chan bool)
	w := &slowWriter{header: http.Header{}, started: started, release: release}
	go func() {
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", "50x50", "crop", ".jpg"), nil))
		close(done)
	}()
	<-started
	assert.Less(t, h.Stats().Memory, int64(128<<10), "the result has about 1 kB")
	close(release)
	<-done
	assert.Zero(t, h.Stats().Memory)
}
