package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"sync"
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

// A tape counts the calls that a handler makes to what Config names, and lets something happen at one of them.
type tape struct {
	at    int          // the number of the call at which something happens, or 0
	event func() error // what happens; its error is that of the call

	mu    sync.Mutex
	names []string // of the calls so far
	open  int      // files
}

// call is one call.
func (p *tape) call(name string) error {
	p.mu.Lock()
	p.names = append(p.names, name)
	n := len(p.names)
	p.mu.Unlock()
	if n != p.at {
		return nil
	}
	return p.event()
}

// calls returns the number of calls so far.
func (p *tape) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.names)
}

// opened counts files that are opened, or closed if n is negative.
func (p *tape) opened(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open += n
}

type tapedFile struct {
	fs.File
	*tape
	of string
}

func (f tapedFile) Stat() (fs.FileInfo, error) {
	if err := f.call(f.of + " stat"); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

func (f tapedFile) Read(p []byte) (int, error) {
	if err := f.call(f.of + " read"); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f tapedFile) Seek(offset int64, whence int) (int64, error) {
	if err := f.call(f.of + " seek"); err != nil {
		return 0, err
	}
	return f.File.(io.Seeker).Seek(offset, whence)
}

func (f tapedFile) Close() error {
	f.opened(-1)
	err := f.call(f.of + " close")
	if e := f.File.Close(); err == nil {
		err = e
	}
	return err
}

type tapedStorage struct {
	*storage.Memory
	*tape
	of string
}

func (s tapedStorage) Open(ctx context.Context, key string) (fs.File, error) {
	if err := s.call(s.of + " open"); err != nil {
		return nil, err
	}
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	s.opened(1)
	return tapedFile{f, s.tape, s.of}, nil
}

func (s tapedStorage) Put(ctx context.Context, key string, r io.Reader) error {
	if err := s.call(s.of + " put"); err != nil {
		return err
	}
	if err := s.Memory.Put(ctx, key, r); err != nil {
		return err
	}
	return s.call(s.of + " stored")
}

type tapedLock struct {
	*lock.Memory
	*tape
}

func (l tapedLock) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	if err := l.call("lock"); err != nil {
		return nil, false, err
	}
	unlock, ok, err := l.Memory.TryLock(ctx, key, ttl)
	return func() error { e := l.call("unlock"); _ = unlock(); return e }, ok, err
}

// taped is a site that reports the calls of its storage, lock, processor and encoder to a tape.
type taped struct {
	*site
	*tape
	h                 *thumbnail.Handler
	locks             *lock.Memory
	originals, thumbs *storage.Memory
	ctx               context.Context
	leave             func()
}

func newTaped(t *testing.T, at int) *taped {
	p := &tape{at: at}
	w := &taped{site: newSite(t), tape: p, locks: lock.NewMemory(), originals: storage.NewMemory(), thumbs: storage.NewMemory()}
	w.ctx, w.leave = context.WithCancel(t.Context())
	w.replace(t, 40)
	w.Source, w.Storage, w.Locker = struct{ thumbnail.Source }{tapedStorage{w.originals, p, "source"}}, tapedStorage{w.thumbs, p, "storage"}, tapedLock{w.locks, p}
	w.Processors = thumbnail.Processors{"fit": processorFunc(func(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
		if err := p.call("process"); err != nil {
			return nil, err
		}
		return processors.Fit{}.Process(ctx, src, width, height)
	})}
	w.Encoders = thumbnail.Encoders{".png": encoderFunc(func(to io.Writer, img image.Image) error {
		if err := p.call("encode"); err != nil {
			return err
		}
		return processors.PNG{}.Encode(to, img)
	})}
	w.h = w.handler(t)
	return w
}

var squares = map[int][]byte{40: photo(nil, 40, 40), 60: photo(nil, 60, 60)}

// replace stores a new original: a square with the given side.
func (w *taped) replace(t *testing.T, side int) {
	require.NoError(t, w.originals.Put(t.Context(), "k.jpg", bytes.NewReader(squares[side])))
}

func (w *taped) visit(t *testing.T) *httptest.ResponseRecorder {
	a := httptest.NewRecorder()
	w.h.ServeHTTP(a, httptest.NewRequestWithContext(w.ctx, http.MethodGet, w.url(t, "k.jpg", "100x100", "fit", ".png"), nil))
	return a
}

func TestWhateverHappensAtWhateverCallTheNextVisitorHasThePicture(t *testing.T) {
	const most = 200
	events := map[string]func(t *testing.T, w *taped) func() error{
		"an error": func(*testing.T, *taped) func() error { return func() error { return errBoom } },
		"a panic":  func(*testing.T, *taped) func() error { return func() error { panic("mad") } },
		"the client leaves": func(_ *testing.T, w *taped) func() error {
			return func() error { w.leave(); return nil }
		},
		"it takes an hour": func(*testing.T, *taped) func() error {
			return func() error { time.Sleep(time.Hour); return nil }
		},
		"another process makes it": func(t *testing.T, w *taped) func() error {
			cfg := w.Config
			cfg.Source, cfg.Storage, cfg.Locker = w.originals, w.thumbs, nil
			cfg.Processors, cfg.Encoders = thumbnail.Processors{"fit": processors.Fit{}}, thumbnail.Encoders{".png": processors.PNG{}}
			other, err := thumbnail.NewHandler(cfg)
			require.NoError(t, err)
			return func() error {
				return other.Generate(context.WithoutCancel(t.Context()), spec(t, "k.jpg", "100x100", "fit", ".png"))
			}
		},
		"a new original, and Remove": func(t *testing.T, w *taped) func() error {
			return func() error {
				w.replace(t, 60)
				go func() { _ = w.h.Remove(context.WithoutCancel(t.Context()), "k.jpg") }()
				time.Sleep(time.Millisecond) // until Remove waits, or is done
				return nil
			}
		},
		"a new original, and Generate": func(t *testing.T, w *taped) func() error {
			return func() error {
				w.replace(t, 60)
				go func() {
					_ = w.h.Remove(context.WithoutCancel(t.Context()), "k.jpg")
					_ = w.h.Generate(context.WithoutCancel(t.Context()), spec(t, "k.jpg", "100x100", "fit", ".png"))
				}()
				time.Sleep(time.Millisecond)
				return nil
			}
		},
	}
	for name, event := range events {
		calls := 0
		for at := 1; at < most; at++ {
			done := false
			synctest.Test(t, func(t *testing.T) {
				w := newTaped(t, at)
				w.event = event(t, w)
				func() {
					defer func() { _ = recover() }() // http.ErrAbortHandler
					w.visit(t)
					w.visit(t)
				}()
				if done = w.calls() < at; done {
					return
				}
				calls++
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				where := name + " at the call " + w.names[at-1]
				w.at, w.ctx = 0, t.Context()
				side := 40
				if name[0:5] == "a new" {
					side = 60
				}
				for range 2 {
					a := w.visit(t)
					if assert.Equal(t, 200, a.Code, where) {
						assert.Equal(t, side, sizeOf(t, a.Body.Bytes()).X, where)
					}
				}
				assert.Zero(t, w.open, where)
				stats := w.h.Stats()
				assert.Zero(t, stats.Memory+int64(stats.Working+stats.Queued+stats.Flights), where)
				unlock, ok, err := w.locks.TryLock(t.Context(), w.url(t, "k.jpg", "100x100", "fit", ".png")[1:], time.Hour)
				require.NoError(t, err)
				if assert.True(t, ok, where) {
					require.NoError(t, unlock())
				}
			})
			if done {
				break
			}
		}
		assert.Greater(t, calls, 15, name)
	}
}
