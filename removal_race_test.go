package thumbnail_test

import (
	"context"
	"io"
	"io/fs"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/storage"
)

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

func TestRemoveDoesNotWaitForAPutThatHonorsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		st := slowStorage{storage.NewMemory(), newGate(), false}
		s.Storage = st
		h := s.handler(t)
		done := make(chan int)
		go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code }()
		synctest.Wait()
		require.EqualValues(t, 1, st.put.arrived.Load())
		start := time.Now()
		require.NoError(t, h.Remove(t.Context(), "k.jpg"))
		assert.Equal(t, 200, <-done)
		assert.Zero(t, time.Since(start))
	})
}

// An original is replaced while its thumbnail is stored, by a storage that ignores the end of its context.
// The old thumbnail is removed before the new one is stored, and the caller gets the new one.
func TestTheThumbnailOfAReplacedOriginalIsRemovedBeforeTheNewOneIsStored(t *testing.T) {
	s := newSite(t)
	var old, replaced = photo(t, 200, 100), photo(t, 100, 200)
	files := fstest.MapFS{"k.jpg": {Data: old, ModTime: time.Unix(1, 0)}}
	s.source.source = storage.FS(files)
	st := &stubborn{Memory: storage.NewMemory(), storing: make(chan struct{}), goOn: make(chan struct{}), canceled: make(chan struct{})}
	s.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "40x40", "fit", ".png")
	first := make(chan []byte)
	go func() { first <- get(h, url).Body.Bytes() }()
	<-st.storing
	files["k.jpg"] = &fstest.MapFile{Data: replaced, ModTime: time.Unix(2, 0)}
	upload := make(chan error)
	go func() { upload <- h.Generate(t.Context(), spec(t, "k.jpg", "30x30", "fit", ".png")) }()
	<-st.canceled
	close(st.goOn)
	assert.Equal(t, 20, sizeOf(t, <-first).X, "the new original is taller than wide")
	assert.NoError(t, <-upload)
	assert.True(t, st.gone.Load(), "the first thumbnail is no longer there when the second is stored")
	assert.Equal(t, 20, sizeOf(t, get(h, url).Body.Bytes()).X)
}

// stubborn stores its first file although its context has ended.
type stubborn struct {
	*storage.Memory
	puts                    atomic.Int64
	first                   string // key of the first file
	storing, canceled, goOn chan struct{}
	gone                    atomic.Bool
}

func (s *stubborn) Put(ctx context.Context, key string, r io.Reader) error {
	switch s.puts.Add(1) {
	case 1:
		s.first = key
		close(s.storing)
		<-ctx.Done()
		close(s.canceled)
		<-s.goOn
		return s.Memory.Put(context.WithoutCancel(ctx), key, r)
	default:
		if _, err := s.Open(ctx, s.first); err != nil && key == s.first {
			s.gone.Store(true)
		}
	}
	return s.Memory.Put(ctx, key, r)
}
