package thumbnail_test

import (
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

const crowd = 200

// inParallel sends the same request many times at once and counts the responses by status.
func inParallel(h http.Handler, url string, n int) (map[int]int, []*httptest.ResponseRecorder) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	status := map[int]int{}
	var answers []*httptest.ResponseRecorder
	for range n {
		wg.Go(func() {
			w := get(h, url)
			mu.Lock()
			defer mu.Unlock()
			status[w.Code]++
			answers = append(answers, w)
		})
	}
	wg.Wait()
	return status, answers
}

// held makes the source wait until all requests have looked into the storage, and wait for the generation
// or have given up.
func (s *site) held(t testing.TB, n int64) *gate {
	g := newGate()
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		g.pass()
		return s.source.source.Open(ctx, key)
	}
	go func() {
		assert.Eventually(t, func() bool { return g.arrived.Load() > 0 && s.storage.opened.Load() >= n }, 30*time.Second, time.Millisecond)
		time.Sleep(300 * time.Millisecond) // for requests between the look-up and the wait, which can't be observed
		close(g.open)
	}()
	return g
}

func TestConcurrentRequestsShareOneGeneration(t *testing.T) {
	s := newSite(t)
	s.Wait = 30 * time.Second
	s.held(t, crowd)
	status, answers := inParallel(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"), crowd)
	assert.Equal(t, map[int]int{200: crowd}, status)
	assert.EqualValues(t, 1, s.source.opened.Load())
	assert.EqualValues(t, 1, s.storage.put.Load())
	for _, w := range answers {
		assert.Equal(t, answers[0].Body.Bytes(), w.Body.Bytes())
	}
}

func TestConcurrentRequestsThatDoNotWaitGetOnePictureAnd404s(t *testing.T) {
	s := newSite(t)
	s.Wait = -1
	s.held(t, crowd)
	status, answers := inParallel(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"), crowd)
	assert.Equal(t, map[int]int{200: 1, 404: crowd - 1}, status)
	assert.EqualValues(t, 1, s.source.opened.Load())
	for _, w := range answers {
		if w.Code == 404 {
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, "1", w.Header().Get("Retry-After"))
			assert.Equal(t, "Not Found", w.Body.String())
		}
	}
}

func TestConcurrentRequestsShareTheErrorOfOneGeneration(t *testing.T) {
	s := newSite(t)
	s.Wait = 30 * time.Second
	s.held(t, crowd)
	s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(io.Writer, image.Image) error { return errBoom })}
	status, _ := inParallel(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"), crowd)
	assert.Equal(t, map[int]int{500: crowd}, status)
	assert.EqualValues(t, 1, s.source.opened.Load())
}

func TestAJoinerWaitsNoLongerThanWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = 2 * time.Second
		s.Timeout = time.Minute
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			time.Sleep(10 * time.Second)
			return s.source.source.Open(ctx, key)
		}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
		leader := make(chan int)
		go func() { leader <- get(h, url).Code }()
		synctest.Wait()
		start := time.Now()
		assert.Equal(t, 404, get(h, url).Code)
		assert.Equal(t, 2*time.Second, time.Since(start))
		time.Sleep(7 * time.Second)
		assert.Equal(t, 200, get(h, url).Code)
		assert.Equal(t, 200, <-leader)
		assert.EqualValues(t, 1, s.source.opened.Load())
	})
}

func TestAClientThatDisconnectsDoesNotStopTheGeneration(t *testing.T) {
	s := newSite(t)
	g := newGate()
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		g.pass()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return s.source.source.Open(ctx, key)
	}
	server := httptest.NewServer(s.handler(t))
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+url, nil)
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		_, err := http.DefaultClient.Do(r)
		done <- err
	}()
	g.await(t, 1)
	cancel()
	assert.ErrorIs(t, <-done, context.Canceled)
	time.Sleep(20 * time.Millisecond) // until the server notices
	close(g.open)
	require.Eventually(t, func() bool { return s.storage.put.Load() == 1 }, 10*time.Second, time.Millisecond)
	server.Close()
	f, err := s.storage.Open(t.Context(), url[1:])
	require.NoError(t, err)
	f.Close()
}

func TestAPanicIs500AndFreesTheLock(t *testing.T) {
	s := newSite(t)
	panics := true
	s.Processors = thumbnail.Processors{"mad": processorFunc(func(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
		if panics {
			panic("mad at /secret/path")
		}
		return src, nil
	})}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "mad", ".jpg")
	w := get(h, url)
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "Internal Server Error", w.Body.String())
	assert.Contains(t, s.log.String(), "mad at /secret/path")
	panics = false
	assert.Equal(t, 200, get(h, url).Code, "neither the lock nor the memory is held")
}

func TestAGenerationIsBoundedByTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Timeout = 5 * time.Second
		s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})}
		start := time.Now()
		w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "slow", ".jpg"))
		assert.Equal(t, 503, w.Code)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Equal(t, 5*time.Second, time.Since(start))
		assert.EqualValues(t, 0, s.storage.put.Load())
	})
}

func TestMemoryAndTheQueueAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.MaxMemory = 6_000_000 // sufficient for one generation at a time
		s.MaxQueue = 1
		s.QueueTimeout = 3 * time.Second
		s.Timeout = time.Minute
		s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
			time.Sleep(10 * time.Second)
			return src, nil
		})}
		data := photo(t, 200, 100)
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(data, make([]byte, 4_000_000)...)}})
		h := s.handler(t)
		first, second := make(chan int), make(chan int)
		go func() { first <- get(h, s.url(t, "k.jpg", "5x5", "slow", ".jpg")).Code }()
		synctest.Wait()
		start := time.Now()
		go func() { second <- get(h, s.url(t, "k.jpg", "6x6", "slow", ".jpg")).Code }()
		synctest.Wait()
		w := get(h, s.url(t, "k.jpg", "7x7", "slow", ".jpg"))
		assert.Equal(t, 503, w.Code, "the queue is full")
		assert.Equal(t, "1", w.Header().Get("Retry-After"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Equal(t, 503, <-second, "the queue is too slow")
		assert.Equal(t, 3*time.Second, time.Since(start))
		assert.Equal(t, 200, <-first)
		assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "8x8", "slow", ".jpg")).Code, "memory is given back")
	})
}
