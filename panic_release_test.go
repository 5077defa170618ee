package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAPanicHoldsNoFileAndNoMemory(t *testing.T) {
	for _, in := range []string{"Stat", "Read", "Seek"} {
		for _, of := range []string{"source", "storage"} {
			s := newSite(t)
			var open atomic.Int64
			panics, panicked := false, 0
			wrap := func(f fs.File) fs.File {
				open.Add(1)
				return &closes{&panickingFile{f, in, func() {
					if panics {
						panicked++
						panic("on purpose")
					}
				}}, &open}
			}
			memory := storage.NewMemory()
			if of == "source" {
				s.source.open = func(ctx context.Context, key string) (fs.File, error) {
					f, err := s.source.source.Open(ctx, key)
					if err != nil {
						return nil, err
					}
					return unwrapping{wrap(f)}, nil
				}
			} else {
				s.storage.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
					f, err := memory.Open(ctx, key)
					if err != nil {
						return nil, err
					}
					return unwrapping{wrap(f)}, nil
				}}
			}
			h := s.handler(t)
			url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
			if of == "storage" {
				get(h, url)
				get(h, url)
			}
			panics = true
			// A handler that has not seen the stored file reads it, and one that has seen it seeks in it.
			for _, h := range []*thumbnail.Handler{s.handler(t), h} {
				func() {
					defer func() { _ = recover() }()
					get(h, url)
				}()
				assert.Zero(t, open.Load(), "%s of %s", in, of)
				assert.Zero(t, h.Stats().Memory, "%s of %s", in, of)
			}
			assert.Positive(t, panicked, "%s of %s", in, of)
		}
	}
}

// unwrapping shows what a file wraps.
type unwrapping struct{ fs.File }

func (u unwrapping) Unwrap() fs.File { return u.File.(*closes).File }

// panickingWrapper panics when somebody asks what it wraps.
type panickingWrapper struct{ thumbnail.Responder }

func (panickingWrapper) Unwrap() thumbnail.Responder {
	if unwrapPanics.Load() {
		panic("Unwrap panics")
	}
	return nil
}

var unwrapPanics atomic.Bool

func TestAResponderThatPanicsWhenUnwrappedHoldsNoMemory(t *testing.T) {
	s := newSite(t)
	s.storage.failPut = func() error { return errBoom }
	s.Responder = panickingWrapper{responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, f fs.File) error {
		_, err := io.Copy(w, f)
		return err
	})}
	h := s.handler(t)
	unwrapPanics.Store(true)
	defer unwrapPanics.Store(false)
	get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Zero(t, h.Stats().Memory)
}

// panickingHistorian is a lock whose FreeSince panics.
type panickingHistorian struct{ *lock.Memory }

func (panickingHistorian) FreeSince(string, time.Time) bool { panic("FreeSince panics") }

func TestALockWhoseHistoryPanicsIsReleased(t *testing.T) {
	s := newSite(t)
	locks := lock.NewMemory()
	s.Locker = panickingHistorian{locks}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	assert.Equal(t, 200, get(h, url).Code)
	unlock, ok, err := locks.TryLock(t.Context(), url[1:], time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, unlock())
}

// panickingRemover is a storage whose RemoveAll panics.
type panickingRemover struct{ slowStorage }

func (panickingRemover) RemoveAll(context.Context, string) error { panic("RemoveAll panics") }

func TestAPanicWhileAThumbnailIsTakenBackCostsNobodyThePicture(t *testing.T) {
	h := storedTooLate(t, newSite(t), func(st slowStorage) thumbnail.Storage { return panickingRemover{st} })
	assert.Zero(t, h.Stats().Memory)
}

// localFunc is a source in memory.
type localFunc struct {
	*storage.Memory
	open func(ctx context.Context, key string) (fs.File, error)
}

func (l localFunc) Open(ctx context.Context, key string) (fs.File, error) { return l.open(ctx, key) }

func TestAnOriginalWhoseSecondLookPanicsIsTakenForChanged(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	require.NoError(t, memory.Put(t.Context(), "k.jpg", bytes.NewReader(photo(t, 200, 100))))
	var n atomic.Int64
	s.Source = localFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		if n.Add(1)%2 == 0 {
			panic("the second Open panics")
		}
		return memory.Open(ctx, key)
	}}
	h := s.handler(t)
	w := get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Zero(t, s.storage.put.Load())
	assert.Zero(t, h.Stats().Memory)
}

func TestAPanicOfCloseAfterTheAnswerIsOnlyLogged(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	memory := storage.NewMemory()
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		return panicsAtClose{f}, err
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	for range 2 {
		require.Equal(t, 200, get(h, url).Code)
	}
	assert.NoError(t, o.events[1].Err)
	assert.Equal(t, thumbnail.OutcomeStored, o.events[1].Outcome)
	assert.Contains(t, s.log.String(), "at close")
}

type panicsAtClose struct{ fs.File }

func (panicsAtClose) Close() error { panic(errors.New("at close")) }

func TestAPanicOfASweepIsItsError(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = memory
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	_, err := h.Sweep(t.Context(), thumbnail.Sweep{Keep: func(thumbnail.Entry) bool { panic("Keep panics") }})
	assert.ErrorContains(t, err, "Keep panics")
	s.source.open = func(context.Context, string) (fs.File, error) { return nil, nil }
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{})
	assert.Error(t, err, "a source that returns nothing does not say that the original is gone")
	assert.Zero(t, swept.Removed)
	_, err = thumbnail.Describe(t.Context(), s.source, "k.jpg")
	assert.Error(t, err)
}
