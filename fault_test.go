package thumbnail_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
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
