package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAResultThatIsBeingSentHoldsItsMemory(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 2000, 1000)}})
	s.storage.failPut = func() error { return errBoom }
	h := s.handler(t)
	started, release, done := make(chan bool), make(chan bool), make(chan bool)
	w := &slowWriter{header: http.Header{}, started: started, release: release}
	go func() {
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", "1000x500", "crop", ".png"), nil))
		close(done)
	}()
	<-started
	held := h.Stats().Memory
	assert.Positive(t, held, "the encoded bytes")
	assert.Less(t, held, int64(2<<20), "and nothing else")
	close(release)
	<-done
	assert.Zero(t, h.Stats().Memory)
}

func TestTwoAnimationsThatEachNeedMostOfTheMemoryAreMadeOneAfterTheOther(t *testing.T) {
	s := newSite(t)
	s.Workers, s.Wait, s.QueueTimeout = 4, time.Minute, time.Minute
	s.MaxMemory = 12 << 20
	s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		time.Sleep(time.Millisecond)
		return processors.Fit{}.Process(ctx, src, w, h)
	})}
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 7<<20)...)}})
	h := s.handler(t)
	answers := make(chan int)
	for i := range 6 {
		go func() { answers <- get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "slow", ".gif")).Code }()
	}
	for range 6 {
		assert.Equal(t, 200, <-answers)
	}
	assert.Zero(t, h.Stats().Memory)
}

func TestAnUploadThatGrowsWaitsInTheQueue(t *testing.T) {
	s := newSite(t)
	s.MaxMemory, s.Workers, s.QueueTimeout = 8<<20, 4, time.Minute
	h := s.handler(t)
	data := append(photo(t, 200, 100), make([]byte, 900_000)...)
	answers := make(chan error)
	for i := range 8 {
		r := io.Reader(bytes.NewReader(data))
		if i%2 == 0 {
			r = onlyReader{bytes.NewReader(data)}
		}
		go func() {
			_, err := h.Check(t.Context(), r)
			answers <- err
		}()
	}
	for range 8 {
		if err := <-answers; err != nil {
			assert.ErrorIs(t, err, thumbnail.ErrOverloaded)
		}
	}
	assert.Zero(t, h.Stats().Memory)
	assert.Zero(t, h.Stats().Queued)
}

func TestASmallResultHoldsLittleMemoryAfterALargeOne(t *testing.T) {
	s := newSite(t)
	s.Encoders = thumbnail.Encoders{".bmp": encoderFunc(func(w io.Writer, _ image.Image) error {
		_, err := w.Write(make([]byte, 3<<20))
		return err
	}), ".jpg": processors.JPEG{}}
	s.storage.failPut = func() error { return errBoom }
	h := s.handler(t)
	for i := range 4 { // the pool of buffers may drop some
		require.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("1500x150%d", i), "crop", ".bmp")).Code)
	}
	started, release, done := make(chan bool), make(chan bool), make(chan bool)
	w := &slowWriter{header: http.Header{}, started: started, release: release}
	go func() {
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", "50x50", "crop", ".jpg"), nil))
		close(done)
	}()
	<-started
	assert.Less(t, h.Stats().Memory, int64(128<<10), "the result has about 1 kB")
	close(release)
	<-done
	assert.Zero(t, h.Stats().Memory)
}
