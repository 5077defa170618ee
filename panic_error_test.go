package thumbnail_test

import (
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// nilError is an error type. A nil pointer of it, returned by mistake, is an error whose methods all panic.
type nilError struct{ err error }

func (e *nilError) Error() string { return e.err.Error() }
func (e *nilError) Unwrap() error { return e.err }

func mistake() error { var e *nilError; return e }

func TestAnErrorThatPanicsCostsOneRequest(t *testing.T) {
	for name, change := range map[string]func(s *site){
		"Source": func(s *site) {
			s.source.open = func(context.Context, string) (fs.File, error) { return nil, mistake() }
		},
		"Storage.Open": func(s *site) { s.storage.failOpen = mistake },
		"Storage.Put":  func(s *site) { s.storage.failPut = mistake },
		"Locker": func(s *site) {
			s.Locker = lockFunc(func(context.Context, string, time.Duration) (func() error, bool, error) { return nil, false, mistake() })
		},
		"a required Locker": func(s *site) {
			s.RequireLock = true
			s.Locker = lockFunc(func(context.Context, string, time.Duration) (func() error, bool, error) { return nil, false, mistake() })
		},
		"unlock": func(s *site) {
			s.Locker = lockFunc(func(context.Context, string, time.Duration) (func() error, bool, error) { return mistake, true, nil })
		},
		"Processor": func(s *site) {
			s.Processors = thumbnail.Processors{"crop": processorFunc(func(context.Context, image.Image, int, int) (image.Image, error) { return nil, mistake() })}
		},
		"Encoder": func(s *site) {
			s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(io.Writer, image.Image) error { return mistake() })}
		},
		"Responder": func(s *site) {
			s.Responder = responderFunc(func(http.ResponseWriter, *http.Request, string, fs.File) error { return mistake() })
		},
		"With": func(s *site) {
			s.Processors = thumbnail.Processors{"crop": working(0), "with": withMistake{}}
		},
	} {
		s := newSite(t)
		o := &observer{}
		s.Observer = o
		s.Processors = thumbnail.Processors{"crop": working(0), "with": processors.Focus{}}
		change(s)
		h := s.handler(t)
		method := "crop"
		if name == "With" {
			method = "with_1"
		}
		url := s.url(t, "k.jpg", "5x5", method, ".jpg")
		require.NotPanics(t, func() {
			w := get(h, url)
			switch name {
			case "Storage.Put", "Locker", "unlock":
				assert.Equal(t, 200, w.Code, name)
			default:
				assert.GreaterOrEqual(t, w.Code, 500, name)
			}
			_ = h.Generate(t.Context(), spec(t, "k.jpg", "5x5", method, ".jpg"))
			_ = h.GenerateAll(t.Context(), func(yield func(thumbnail.Spec) bool) { yield(spec(t, "k.jpg", "5x5", method, ".jpg")) }, nil)
		}, name)
		assert.Zero(t, h.Stats().Memory, name)
		assert.Zero(t, h.Stats().Flights, name)
		assert.Len(t, o.events, 3, name)
	}
}

type withMistake struct{ processorFunc }

func (withMistake) With(string) (thumbnail.Processor, error) { return nil, mistake() }
