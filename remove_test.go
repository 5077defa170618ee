package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// slowStorage waits in Put, and then either respects its context or stores nevertheless.
type slowStorage struct {
	*storage.Memory
	put      *gate
	stubborn bool
}

func (s slowStorage) Put(ctx context.Context, key string, r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.put.arrived.Add(1)
	if s.stubborn {
		<-s.put.open
		return s.Memory.Put(context.WithoutCancel(ctx), key, bytes.NewReader(data))
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestRemoveEndsAPutInProgressAndWaitsForIt(t *testing.T) {
	for _, stubborn := range []bool{false, true} {
		s := newSite(t)
		st := slowStorage{storage.NewMemory(), newGate(), stubborn}
		s.Storage = st
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		answer := make(chan *httptest.ResponseRecorder, 1)
		go func() { answer <- get(h, url) }()
		st.put.await(t, 1)
		removed := make(chan error, 1)
		go func() { removed <- h.Remove(t.Context(), "k.jpg") }()
		if stubborn {
			require.Never(t, func() bool { return len(removed) > 0 }, 50e6, 10e6, "it waits")
			close(st.put.open)
		}
		require.NoError(t, <-removed)
		w := <-answer
		assert.Equal(t, 200, w.Code)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		_, err := st.Open(t.Context(), url[1:])
		assert.ErrorIs(t, err, fs.ErrNotExist)
	}
}

func TestRemoveWaitsNoLongerThanItsContext(t *testing.T) {
	s := newSite(t)
	st := slowStorage{storage.NewMemory(), newGate(), true}
	s.Storage = st
	h := s.handler(t)
	done := make(chan int, 1)
	go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code }()
	st.put.await(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, h.Remove(ctx, "k.jpg"), context.Canceled)
	close(st.put.open)
	assert.Equal(t, 200, <-done)
	assert.EqualValues(t, 1, s.source.opened.Load(), "it is not made again")
	for e, err := range st.List(t.Context(), "") {
		assert.NoError(t, err)
		t.Error("what was stored after all is removed:", e.Key)
	}
}

// unremovable is a storage that can't remove anything.
type unremovable struct{ slowStorage }

func (unremovable) RemoveAll(context.Context, string) error { return errBoom }

// storedTooLate requests a thumbnail, calls Remove during its Put, and returns the handler when the request has been
// answered with the picture. storageOf makes the site's Storage from one whose Put waits.
func storedTooLate(t *testing.T, s *site, storageOf func(slowStorage) thumbnail.Storage) *thumbnail.Handler {
	st := slowStorage{storage.NewMemory(), newGate(), true}
	s.Storage = storageOf(st)
	h := s.handler(t)
	done := make(chan int, 1)
	go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code }()
	st.put.await(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, h.Remove(ctx, "k.jpg"), context.Canceled)
	close(st.put.open)
	assert.Equal(t, 200, <-done)
	return h
}

func TestAFailureToRemoveWhatWasStoredTooLateIsLogged(t *testing.T) {
	s := newSite(t)
	storedTooLate(t, s, func(st slowStorage) thumbnail.Storage { return unremovable{st} })
	assert.Contains(t, s.log.String(), "boom")
}

func TestRemoveDeletesTheThumbnailsOfOneSource(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 20, 10)}, "k.jpg2": {Data: photo(t, 20, 10)}})
	memory := storage.NewMemory()
	s.Storage = memory
	h := s.handler(t)
	urls := []string{s.url(t, "k.jpg", "5x5", "crop", ".jpg"), s.url(t, "k.jpg", "6x", "fit", ".png"), s.url(t, "k.jpg2", "5x5", "crop", ".jpg")}
	for _, url := range urls {
		require.Equal(t, 200, get(h, url).Code)
	}
	require.NoError(t, h.Remove(t.Context(), "k.jpg"))
	for i, url := range urls {
		f, err := memory.Open(t.Context(), url[1:])
		if i < 2 {
			assert.ErrorIs(t, err, fs.ErrNotExist)
		} else {
			require.NoError(t, err)
			f.Close()
		}
	}
	for _, source := range []string{"", "..", "a//b", "/"} {
		assert.ErrorIs(t, h.Remove(t.Context(), source), thumbnail.ErrInvalid)
	}
	s.Storage = &countingStorage{Storage: memory} // hides that the storage is a Remover
	err := s.handler(t).Remove(t.Context(), "k.jpg")
	require.ErrorIs(t, err, errors.ErrUnsupported)
	assert.ErrorContains(t, err, "a method RemoveAll")
}
