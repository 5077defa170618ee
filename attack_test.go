package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
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

// wrapper panics when somebody asks what it wraps.
type wrapper struct{ thumbnail.Responder }

var madUnwrap atomic.Bool

func (wrapper) Unwrap() thumbnail.Responder {
	if madUnwrap.Load() {
		panic("mad unwrap")
	}
	return nil
}

func TestAPanicHoldsNoFileAndNoMemory(t *testing.T) {
	for name, in := range map[string]string{"Stat": "Stat", "Read": "Read", "Seek": "Seek"} {
		for _, of := range []string{"source", "storage"} {
			s := newSite(t)
			var open atomic.Int64
			panics := false
			wrap := func(f fs.File) fs.File {
				open.Add(1)
				return &closes{&madFile{f, in, func() {
					if panics {
						panic("mad")
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
			}
			panics = true
			h2 := s.handler(t) // which has not seen the file
			func() {
				defer func() { _ = recover() }()
				get(h2, url)
			}()
			assert.Zero(t, open.Load(), "%s of %s", name, of)
			assert.Zero(t, h2.Stats().Memory, "%s of %s", name, of)
		}
	}
}

// unwrapping shows what a file wraps.
type unwrapping struct{ fs.File }

func (u unwrapping) Unwrap() fs.File { return u.File.(*closes).File }

func TestAResponderThatPanicsWhenUnwrappedHoldsNoMemory(t *testing.T) {
	s := newSite(t)
	s.storage.failPut = func() error { return errBoom }
	s.Responder = wrapper{responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, f fs.File) error {
		_, err := io.Copy(w, f)
		return err
	})}
	h := s.handler(t)
	madUnwrap.Store(true)
	defer madUnwrap.Store(false)
	get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Zero(t, h.Stats().Memory)
}

// madHistorian is a lock whose FreeSince panics.
type madHistorian struct{ *lock.Memory }

func (madHistorian) FreeSince(string, time.Time) bool { panic("mad history") }

func TestALockWhoseHistoryPanicsIsReleased(t *testing.T) {
	s := newSite(t)
	locks := lock.NewMemory()
	s.Locker = madHistorian{locks}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	assert.Equal(t, 200, get(h, url).Code)
	unlock, ok, err := locks.TryLock(t.Context(), url[1:], time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, unlock())
}

// madRemover is a storage whose RemoveAll panics.
type madRemover struct{ slowStorage }

func (madRemover) RemoveAll(context.Context, string) error { panic("mad remover") }

func TestAPanicWhileAThumbnailIsTakenBackCostsNobodyThePicture(t *testing.T) {
	s := newSite(t)
	st := slowStorage{storage.NewMemory(), newGate(), true}
	s.Storage = madRemover{st}
	h := s.handler(t)
	done := make(chan int, 1)
	go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code }()
	st.put.await(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, h.Remove(ctx, "k.jpg"), context.Canceled)
	close(st.put.open)
	assert.Equal(t, 200, <-done)
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
			panic("mad second look")
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

func TestAPanicOfASweepIsItsError(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = memory
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	_, err := h.Sweep(t.Context(), thumbnail.Sweep{Keep: func(thumbnail.Entry) bool { panic("mad keep") }})
	assert.ErrorContains(t, err, "mad keep")
	s.source.open = func(context.Context, string) (fs.File, error) { return nil, nil }
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{})
	assert.Error(t, err, "a source that returns nothing does not say that the original is gone")
	assert.Zero(t, swept.Removed)
	_, err = thumbnail.Describe(t.Context(), s.source, "k.jpg")
	assert.Error(t, err)
}

// idleFile gives nothing.
type idleFile struct{ fs.File }

func (idleFile) Read([]byte) (int, error) { return 0, nil }

func TestAStoredFileThatGivesNothingForEverIsAFailure(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		return idleFile{struct{ fs.File }{f}}, nil
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.NoError(t, memory.Put(t.Context(), url[1:], bytes.NewReader(photo(t, 20, 10))))
	assert.Equal(t, 500, get(h, url).Code)
	assert.ErrorIs(t, h.Ping(t.Context()), io.ErrNoProgress)
}

// late is a storage that reads on after its Put has returned with an error, as an HTTP client may.
type lateReader struct {
	*storage.Memory
	readers chan io.Reader
}

func (l lateReader) Put(_ context.Context, _ string, r io.Reader) error {
	l.readers <- r
	return errBoom
}

func TestAStorageThatReadsOnAfterItsErrorReadsTheSameThumbnail(t *testing.T) {
	s := newSite(t)
	st := lateReader{storage.NewMemory(), make(chan io.Reader, 100)}
	s.Storage = st
	h := s.handler(t)
	first := get(h, s.url(t, "k.jpg", "90x90", "crop", ".jpg")).Body.Bytes()
	r := <-st.readers
	for range 20 {
		get(h, s.url(t, "k.jpg", "91x91", "crop", ".png"))
	}
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, first, got)
}

func TestAnEncoderThatWritesOnAfterItsErrorWritesIntoNoOtherThumbnail(t *testing.T) {
	s := newSite(t)
	var kept io.Writer
	s.Encoders = thumbnail.Encoders{".png": encoderFunc(func(w io.Writer, _ image.Image) error { kept = w; return errBoom }), ".jpg": processors.JPEG{}}
	s.storage.failPut = func() error {
		if kept != nil {
			_, _ = kept.Write(make([]byte, 100))
		}
		return errBoom
	}
	h := s.handler(t)
	for i := range 20 {
		get(h, s.url(t, "k.jpg", "90x90", "crop", ".png"))
		w := get(h, s.url(t, "k.jpg", "91x9"+string(rune('0'+i%10)), "crop", ".jpg"))
		require.Equal(t, "\xff\xd9", w.Body.String()[w.Body.Len()-2:])
	}
}

// unsizedInfo is a FileInfo with a size that can't be.
type unsizedInfo struct {
	fs.FileInfo
	size int64
}

func (o unsizedInfo) Size() int64 { return o.size }

type unsizedFile struct {
	fs.File
	size int64
}

func (o unsizedFile) Stat() (fs.FileInfo, error) {
	info, err := o.File.Stat()
	return unsizedInfo{info, o.size}, err
}

func TestSizesThatCannotBeAreNobodysEnd(t *testing.T) {
	for _, size := range []int64{-1, -1 << 63, 1<<63 - 1, 1 << 40} {
		s := newSite(t)
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}})
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			f, err := s.source.source.Open(ctx, key)
			return unsizedFile{f, size}, err
		}
		h := s.handler(t)
		code := get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code
		assert.Contains(t, []int{200, 422}, code, "source %d", size)
		assert.Zero(t, h.Stats().Memory)

		s = newSite(t)
		memory := storage.NewMemory()
		s.storage.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
			f, err := memory.Open(ctx, key)
			if err != nil {
				return nil, err
			}
			return unsizedFile{f, size}, err
		}}
		h = s.handler(t)
		for range 3 {
			code = get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code
			assert.Contains(t, []int{200, 500}, code, "storage %d", size)
		}
		assert.Zero(t, h.Stats().Memory)
	}
}
