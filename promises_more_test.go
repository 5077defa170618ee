package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"image/color/palette"
	"image/gif"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestOnlyIfCachedIsADirectiveOfAList(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	for value, want := range map[string]int{
		"only-if-cached": 504, "Only-If-Cached": 504, "max-age=0, only-if-cached": 504, "ONLY-IF-CACHED ,max-stale": 504,
		"max-age=0": 200, "x-only-if-cached": 200, "only-if-cached-not": 200, "": 200,
	} {
		assert.Equal(t, want, do(h, "GET", url, "Cache-Control", value).Code, "%q", value)
	}
}

// openedBy blocks every Open of a source until the gate is open, and counts the calls by source.
func openedBy(s *site, files fstest.MapFS) (g *gate, opened map[string]*atomic.Int64) {
	g, opened = newGate(), map[string]*atomic.Int64{}
	for name := range files {
		opened[name] = new(atomic.Int64)
	}
	source := storage.FS(files)
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		opened[key].Add(1)
		g.arrived.Add(1)
		<-g.open
		return source.Open(ctx, key)
	}
	return g, opened
}

func TestRemoveOfAFolderEndsTheGenerationsOfItsSources(t *testing.T) {
	s := newSite(t)
	data := photo(t, 200, 100)
	memory := storage.NewMemory()
	s.Storage = memory
	g, _ := openedBy(s, fstest.MapFS{"a/k.jpg": {Data: data}, "ab/k.jpg": {Data: data}, "a.jpg": {Data: data}})
	h := s.handler(t)
	stored := map[string]bool{"a/k.jpg": false, "ab/k.jpg": true, "a.jpg": true}
	done := make(chan int)
	for source := range stored {
		go func() { done <- get(h, s.url(t, source, "50x50", "crop", ".jpg")).Code }()
	}
	g.await(t, 3)
	require.NoError(t, h.Remove(t.Context(), "a"))
	close(g.open)
	for range stored {
		assert.Equal(t, 200, <-done)
	}
	for source, want := range stored {
		f, err := memory.Open(t.Context(), s.url(t, source, "50x50", "crop", ".jpg")[1:])
		assert.Equal(t, want, err == nil, source)
		if err == nil {
			require.NoError(t, f.Close())
		}
	}
}

// The name of one original is the folder of another.
func TestGenerateDoesNotAffectOriginalsBelow(t *testing.T) {
	s := newSite(t)
	data := photo(t, 200, 100)
	g, opened := openedBy(s, fstest.MapFS{"a": {Data: data}, "a/k.jpg": {Data: data}})
	h := s.handler(t)
	done := make(chan int)
	go func() { done <- get(h, s.url(t, "a/k.jpg", "50x50", "crop", ".jpg")).Code }()
	g.await(t, 1)
	generated := make(chan error)
	go func() { generated <- h.Generate(t.Context(), spec(t, "a", "50x50", "crop", ".jpg")) }()
	g.await(t, 2)
	close(g.open)
	assert.Equal(t, 200, <-done)
	assert.NoError(t, <-generated)
	assert.EqualValues(t, 1, opened["a/k.jpg"].Load(), "it is not read again")
}

// A generation that Remove has ended is not stored, although Generate was called for the same original.
func TestGenerateDoesNotUndoRemove(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = memory
	g, _ := openedBy(s, fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100), ModTime: time.Unix(1, 0)}})
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	done := make(chan int)
	go func() { done <- get(h, url).Code }()
	g.await(t, 1)
	require.NoError(t, h.Remove(t.Context(), "k.jpg"))
	generated := make(chan error)
	go func() { generated <- h.Generate(t.Context(), spec(t, "k.jpg", "40x40", "crop", ".jpg")) }()
	g.await(t, 2)
	close(g.open)
	assert.Equal(t, 200, <-done)
	assert.NoError(t, <-generated)
	_, err := memory.Open(t.Context(), url[1:])
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// A gatedLock blocks every TryLock until its gate is open.
type gatedLock struct {
	thumbnail.Locker
	gate *gate
}

func (l gatedLock) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	l.gate.pass()
	return l.Locker.TryLock(ctx, key, ttl)
}

func TestAThumbnailRemovedBeforeItsOriginalIsOpenedIsNotStored(t *testing.T) {
	s := newSite(t)
	memory, g := storage.NewMemory(), newGate()
	s.Storage, s.Locker = memory, gatedLock{lock.NewMemory(), g}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	done := make(chan *httptest.ResponseRecorder)
	go func() { done <- get(h, url) }()
	g.await(t, 1)
	assert.NoError(t, h.Remove(t.Context(), "k.jpg"))
	close(g.open)
	w := <-done
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	_, err := memory.Open(t.Context(), url[1:])
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// freed is a Locker whose locks are always held, until somebody waits for them.
type freed struct{ wait func() }

func (freed) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	return nil, false, nil
}

func (f freed) Wait(context.Context, string) error { f.wait(); return nil }

func TestAClientThatLeavesWhileALockBecomesFreeIsOutcomeGone(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	ctx, cancel := context.WithCancel(t.Context())
	s.Observer, s.Locker = o, freed{cancel}
	h := s.handler(t)
	r := httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", "50x50", "crop", ".jpg"), nil).WithContext(ctx)
	h.ServeHTTP(httptest.NewRecorder(), r)
	require.Len(t, o.events, 1)
	assert.Equal(t, thumbnail.OutcomeGone, o.events[0].Outcome)
	assert.ErrorIs(t, o.events[0].Err, context.Canceled)
	assert.NotErrorIs(t, o.events[0].Err, context.DeadlineExceeded)
}

func TestTheContextOfARequestEndsWithIt(t *testing.T) {
	s := newSite(t)
	var seen []context.Context
	memory := storage.NewMemory()
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		seen = append(seen, ctx)
		return memory.Open(ctx, key)
	}}
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code)
	require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "50x50", "crop", ".jpg")))
	require.NotEmpty(t, seen)
	for _, ctx := range seen {
		assert.ErrorIs(t, ctx.Err(), context.Canceled)
	}
}

// cutGIF ends within its first frame.
func cutGIF(t *testing.T) []byte {
	img := image.NewPaletted(image.Rect(0, 0, 40, 30), palette.Plan9)
	for i := range img.Pix {
		img.Pix[i] = byte(i * i)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{img, img}, Delay: []int{5, 5}}))
	return b.Bytes()[:b.Len()/4]
}

// A picture that can't be decoded as an animation may be one that can be decoded as a still.
func TestAFailureOfAnAnimationIsRememberedForAnimations(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.gif": {Data: cutGIF(t)}})
	h := s.handler(t)
	opened := func(size, ext string) int64 {
		before := s.source.opened.Load()
		assert.Equal(t, 422, get(h, s.url(t, "k.gif", size, "crop", ext)).Code)
		return s.source.opened.Load() - before
	}
	assert.EqualValues(t, 1, opened("20x20", ".gif"))
	assert.EqualValues(t, 0, opened("10x10", ".gif"))
	assert.EqualValues(t, 1, opened("20x20", ".jpg"))
	assert.EqualValues(t, 0, opened("10x10", ".jpg"))
}

// pinged records the keys that are stored.
type pinged struct {
	thumbnail.Storage
	keys *[]string
}

func (p pinged) Put(ctx context.Context, key string, r io.Reader) error {
	*p.keys = append(*p.keys, key)
	return p.Storage.Put(ctx, key, r)
}

func TestPingsUseDifferentKeysIfTheStorageRemoves(t *testing.T) {
	memory := storage.NewMemory()
	for name, c := range map[string]struct {
		storage func(p pinged) thumbnail.Storage
		keys    int
	}{
		"no removal": {func(p pinged) thumbnail.Storage { return p }, 1},
		"of a key": {func(p pinged) thumbnail.Storage {
			return struct {
				pinged
				storage.Deleter
			}{p, memory}
		}, 2},
		"of a source": {func(p pinged) thumbnail.Storage {
			return struct {
				pinged
				thumbnail.Remover
			}{p, memory}
		}, 2},
	} {
		var keys []string
		s := newSite(t)
		s.Storage = c.storage(pinged{struct{ thumbnail.Storage }{memory}, &keys})
		h := s.handler(t)
		for range 2 {
			require.NoError(t, h.Ping(t.Context()), name)
		}
		distinct := map[string]bool{}
		for _, key := range keys {
			distinct[key] = true
		}
		assert.Len(t, distinct, c.keys, name)
		if c.keys > 1 {
			for _, key := range keys {
				_, err := memory.Open(t.Context(), key)
				assert.ErrorIs(t, err, fs.ErrNotExist, name)
			}
		}
	}
}

func TestAnEventHasTheBytesOfTheAnswerAndWhyItWasNotStored(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	last := func() thumbnail.Event { return o.events[len(o.events)-1] }
	s.storage.failPut = func() error { return errBoom }
	for range 2 {
		w := get(h, url)
		require.Equal(t, 200, w.Code)
		assert.EqualValues(t, w.Body.Len(), last().Bytes)
		assert.ErrorIs(t, last().StoreErr, errBoom)
		assert.NoError(t, last().Err)
		assert.Empty(t, w.Header().Get("Server-Timing"), "nobody asked for it")
	}
	s.storage.failPut = nil
	for range 2 {
		w := get(h, url)
		assert.EqualValues(t, w.Body.Len(), last().Bytes)
		assert.NoError(t, last().StoreErr)
	}
	w := get(h, s.url(t, "absent.jpg", "50x50", "crop", ".jpg"))
	assert.EqualValues(t, w.Body.Len(), last().Bytes)
	assert.EqualValues(t, 2, h.Stats().StoreErrors)
}

func TestStatsCountGenerationsInProgress(t *testing.T) {
	s := newSite(t)
	g, _ := openedBy(s, fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}, "l.jpg": {Data: photo(t, 200, 100)}})
	h := s.handler(t)
	done := make(chan int)
	for i, source := range []string{"k.jpg", "l.jpg"} {
		go func() { done <- get(h, s.url(t, source, "50x50", "crop", ".jpg")).Code }()
		g.await(t, int64(i+1))
		assert.Equal(t, i+1, h.Stats().Flights)
	}
	close(g.open)
	assert.Equal(t, 200, <-done)
	assert.Equal(t, 200, <-done)
	assert.Zero(t, h.Stats().Flights)
}

// A negative Wait does not wait, however negative it is.
func TestWithoutPatienceTheAnswerIs404AtOnce(t *testing.T) {
	s := newSite(t)
	s.Wait = -time.Hour
	g, _ := openedBy(s, fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}})
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	done := make(chan int)
	go func() { done <- get(h, url).Code }()
	g.await(t, 1)
	second := make(chan *httptest.ResponseRecorder, 1)
	go func() { second <- get(h, url) }()
	require.Eventually(t, func() bool { return len(second) == 1 }, 30*time.Second, time.Millisecond)
	w := <-second
	assert.Equal(t, 404, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
	close(g.open)
	assert.Equal(t, 200, <-done)
}
