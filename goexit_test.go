package thumbnail_test

import (
	"context"
	"fmt"
	"image"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func TestAGoroutineThatExitsInAnyCallHoldsNothing(t *testing.T) {
	exits := false
	mayExit := func() {
		if exits {
			runtime.Goexit()
		}
	}
	for name, change := range map[string]func(s *site){
		"Source": func(s *site) {
			s.source.open = func(ctx context.Context, key string) (fs.File, error) {
				mayExit()
				return s.source.source.Open(ctx, key)
			}
		},
		"Storage.Open": func(s *site) { s.storage.failOpen = func() error { mayExit(); return nil } },
		"Storage.Put":  func(s *site) { s.storage.failPut = func() error { mayExit(); return nil } },
		"Locker":       func(s *site) { s.Locker = lockerFunc(mayExit) },
		"unlock":       func(s *site) { s.Locker = unlocker{lock.NewMemory(), mayExit} },
		"Processor": func(s *site) {
			s.Processors = thumbnail.Processors{"crop": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
				mayExit()
				return processors.Crop{}.Process(ctx, src, w, h)
			})}
		},
		"Encoder": func(s *site) {
			s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(w io.Writer, img image.Image) error { mayExit(); return processors.JPEG{}.Encode(w, img) })}
		},
		"Responder": func(s *site) { s.Responder = panickingResponder{mayExit} },
		"Observer":  func(s *site) { s.Observer = observerFunc(mayExit) },
		"Signer":    func(s *site) { s.Signer = panickingSigner{s.Signer, mayExit} },
	} {
		s := newSite(t)
		change(s)
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		exits = true
		done := make(chan struct{})
		go func() { defer close(done); get(h, url) }()
		<-done
		exits = false
		assert.Zero(t, load(h), name)
		assert.Equal(t, 200, get(h, url).Code, name)
		assert.Zero(t, load(h), name)
	}
}

func TestAJobWhoseGoroutinesExitEnds(t *testing.T) {
	s := newSite(t)
	exits := 5
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		if exits--; exits >= 0 {
			runtime.Goexit()
		}
		return s.source.source.Open(ctx, key)
	}
	s.Workers = 1
	h := s.handler(t)
	made := 0
	specs := []thumbnail.Spec{}
	for i := range 9 {
		specs = append(specs, spec(t, "k.jpg", fmt.Sprintf("%dx5", i+1), "crop", ".jpg"))
	}
	err := h.GenerateAll(t.Context(), slices.Values(specs), func(thumbnail.Spec, thumbnail.Made, error) { made++ })
	assert.ErrorContains(t, err, "5 of 9")
	assert.Equal(t, 4, made)
	assert.Zero(t, load(h))
}
