package thumbnail_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
)

func TestAnErrorOfASourceThatResemblesAnInternalOneIsReturned(t *testing.T) {
	for _, err := range []error{thumbnail.ErrBusy, thumbnail.ErrOverloaded, thumbnail.ErrTooLarge, context.Canceled} {
		s := newSite(t)
		s.source.open = func(context.Context, string) (fs.File, error) { return nil, fmt.Errorf("odd: %w", err) }
		assert.GreaterOrEqual(t, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code, 500, "%v", err)
		assert.EqualValues(t, 1, s.source.opened.Load())
	}
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
			case name == "the processor" || name == "the encoder": // a processor or an encoder may return such errors about the picture
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

func (o oddFile) Read([]byte) (int, error) { return 0, o.err }

func (o oddFile) Close() error { return nil }

type oddLocker struct {
	err   error
	calls *int
}

func (o oddLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	*o.calls++
	return nil, false, o.err
}
