package thumbnail_test

import (
	"context"
	"image"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPanicAnywhereAffectsOneRequest(t *testing.T) {
	for name, change := range map[string]func(s *site, mayPanic func()){
		"Source": func(s *site, mayPanic func()) {
			s.source.open = func(ctx context.Context, key string) (fs.File, error) {
				mayPanic()
				return s.source.source.Open(ctx, key)
			}
		},
		"Storage.Open": func(s *site, mayPanic func()) { s.storage.failOpen = func() error { mayPanic(); return nil } },
		"Storage.Put":  func(s *site, mayPanic func()) { s.storage.failPut = func() error { mayPanic(); return nil } },
		"Locker":       func(s *site, mayPanic func()) { s.Locker = lockerFunc(mayPanic) },
		"unlock":       func(s *site, mayPanic func()) { s.Locker = unlocker{lock.NewMemory(), mayPanic} },
		"Encoder": func(s *site, mayPanic func()) {
			s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(w io.Writer, img image.Image) error { mayPanic(); return processors.JPEG{}.Encode(w, img) })}
		},
		"Responder": func(s *site, mayPanic func()) { s.Responder = panickingResponder{mayPanic} },
		"Observer":  func(s *site, mayPanic func()) { s.Observer = observerFunc(mayPanic) },
		"Signer":    func(s *site, mayPanic func()) { s.Signer = panickingSigner{s.Signer, mayPanic} },
	} {
		s := newSite(t)
		panics, panicked := false, 0
		change(s, func() {
			if panics {
				panicked++
				panic("on purpose")
			}
		})
		s.Logger = slog.New(panickingLogHandler{func() { panic("the log handler panics") }})
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		panics = true
		require.NotPanics(t, func() { get(h, url) }, name)
		panics = false
		assert.Positive(t, panicked, name)
		assert.Equal(t, 200, get(h, url).Code, name)
		assert.Zero(t, h.Stats().Memory, name)
		assert.Zero(t, h.Stats().Working, name)
		assert.Zero(t, h.Stats().Flights, name)
	}
}

type unlocker struct {
	thumbnail.Locker
	mayPanic func()
}

func (u unlocker) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	unlock, ok, err := u.Locker.TryLock(ctx, key, ttl)
	return func() error { defer u.mayPanic(); return unlock() }, ok, err
}

type panickingResponder struct{ mayPanic func() }

func (m panickingResponder) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	m.mayPanic()
	_, err := io.Copy(w, f)
	return err
}

type observerFunc func()

func (f observerFunc) Observe(context.Context, thumbnail.Event) { f() }

type panickingSigner struct {
	thumbnail.Signer
	mayPanic func()
}

func (m panickingSigner) Verify(s thumbnail.Spec, secret string) bool {
	m.mayPanic()
	return m.Signer.Verify(s, secret)
}
