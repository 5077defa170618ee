package thumbnail_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestQueuedWorkIsDroppedWhenTheLastOfSeveralRequestsHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.Wait = 1, time.Minute
		s.Processors = thumbnail.Processors{"work": working(3 * time.Second)}
		h := s.handler(t)
		done := make(chan int)
		go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "work", ".jpg")).Code }()
		synctest.Wait()
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second+time.Duration(i))
			defer cancel()
			go func() {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, s.url(t, "k.jpg", "6x6", "work", ".jpg"), nil))
				done <- 0
			}()
			synctest.Wait()
		}
		assert.Equal(t, 1, h.Stats().Queued)
		for range 3 {
			assert.Zero(t, <-done)
		}
		synctest.Wait()
		assert.Zero(t, h.Stats().Queued)
		assert.Equal(t, 200, <-done)
		assert.EqualValues(t, 1, s.storage.put.Load())
	})
}

func TestAJobWaitsIfTheQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxQueue, s.QueueTimeout = 1, 1, time.Minute
		s.Processors = thumbnail.Processors{"work": working(5 * time.Second)}
		h := s.handler(t)
		done := make(chan int, 2)
		for _, size := range []string{"5x5", "6x6"} {
			go func() { done <- get(h, s.url(t, "k.jpg", size, "work", ".jpg")).Code }()
			synctest.Wait()
		}
		require.Equal(t, 1, h.Stats().Queued)
		one := func(yield func(thumbnail.Spec) bool) { yield(spec(t, "k.jpg", "7x7", "crop", ".jpg")) }
		require.NoError(t, h.GenerateAll(t.Context(), one, nil))
		assert.Equal(t, 200, <-done)
		assert.Equal(t, 200, <-done)
	})
}

// QueueTimeout limits the time in both queues together.
func TestTheQueuesForMemoryAndForWorkersShareTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxMemory, s.QueueTimeout = 1, 6<<20, 10*time.Second
		s.Processors = thumbnail.Processors{"work": working(6 * time.Second)}
		big := append(photo(t, 20, 10), make([]byte, 3<<20)...)
		s.source.source = storage.FS(fstest.MapFS{"big.jpg": {Data: big}, "small.jpg": {Data: photo(t, 20, 10)}})
		h := s.handler(t)
		codes := map[string]chan int{}
		for i, source := range []string{"big.jpg", "small.jpg", "big.jpg"} {
			size := []string{"5x5", "6x6", "7x7"}[i]
			codes[size] = make(chan int, 1)
			go func() { codes[size] <- get(h, s.url(t, source, size, "work", ".jpg")).Code }()
			synctest.Wait()
		}
		start := time.Now()
		assert.Equal(t, 503, <-codes["7x7"], "6 s for the memory, and 4 s for the worker")
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.Equal(t, 200, <-codes["5x5"])
		assert.Equal(t, 200, <-codes["6x6"])
	})
}

// sleepyWriter is a client that takes a minute for each part.
type sleepyWriter struct{ *httptest.ResponseRecorder }

func (w sleepyWriter) Write(p []byte) (int, error) {
	time.Sleep(time.Minute)
	return w.ResponseRecorder.Write(p)
}

func TestMemoryIsFreeForOthersWhileAResultIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxMemory, s.QueueTimeout = 2, 6<<20, time.Hour
		s.Processors = thumbnail.Processors{"work": working(6 * time.Second)}
		s.storage.failPut = func() error { return errBoom } // so that the thumbnail is sent from memory
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 20, 10), make([]byte, 3<<20)...)}})
		h := s.handler(t)
		done := make(chan int, 2)
		for _, size := range []string{"5x5", "6x6"} {
			go func() {
				w := sleepyWriter{httptest.NewRecorder()}
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", size, "work", ".jpg"), nil))
				done <- w.Code
			}()
			synctest.Wait()
		}
		assert.Equal(t, 1, h.Stats().Queued)
		time.Sleep(7 * time.Second)
		assert.Zero(t, h.Stats().Queued, "the first is being sent, and the second has begun")
		assert.Equal(t, 200, <-done)
		assert.Equal(t, 200, <-done)
		assert.Zero(t, h.Stats().Memory)
	})
}

func TestARequestThatJoinedAfterTheLeaderLeftMayLeaveToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = time.Minute
		s.Processors = thumbnail.Processors{"work": working(10 * time.Second)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "work", ".jpg")
		done := make(chan int, 3)
		visit := func(patience time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
			done <- w.Code
		}
		go visit(time.Second)
		time.Sleep(2 * time.Second)
		go visit(time.Second)
		time.Sleep(2 * time.Second)
		visit(time.Minute)
		codes := []int{<-done, <-done, <-done}
		slices.Sort(codes)
		assert.Equal(t, []int{200, 200, 404}, codes, "whoever leads gets it, though its client has gone")
		assert.EqualValues(t, 1, s.storage.put.Load(), "one generation, although its audience went twice")
	})
}

func TestAHandlerDoesNotChangeGOMAXPROCS(t *testing.T) {
	before := runtime.GOMAXPROCS(3)
	defer runtime.GOMAXPROCS(before)
	s := newSite(t)
	for _, workers := range []int{0, 2} {
		s.Workers = workers
		s.handler(t)
		assert.Equal(t, 3, runtime.GOMAXPROCS(0))
	}
}
