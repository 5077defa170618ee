package thumbnail_test

import (
	"context"
	"fmt"
	"image"
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
)

// working is a processor that takes time.
func working(d time.Duration) processorFunc {
	return func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		time.Sleep(d)
		return processors.Crop{}.Process(ctx, src, w, h)
	}
}

func TestTheTimeInTheQueueIsNotCounted(t *testing.T) {
	for _, c := range []struct {
		crowd, workers int
		work, timeout  time.Duration
	}{{30, 1, time.Second, 2 * time.Second}, {60, 2, 80 * time.Millisecond, 2 * time.Second}, {200, 2, 80 * time.Millisecond, 90 * time.Millisecond}} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.Workers, s.Timeout, s.QueueTimeout = c.workers, c.timeout, time.Minute
			s.Processors = thumbnail.Processors{"work": working(c.work)}
			h := s.handler(t)
			var wg sync.WaitGroup
			start := time.Now()
			for i := range c.crowd {
				wg.Go(func() { assert.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "work", ".jpg")).Code) })
			}
			wg.Wait()
			assert.Equal(t, time.Duration(c.crowd/c.workers)*c.work, time.Since(start), "all workers compute all the time")
		})
	}
}

func TestAStoredThumbnailDoesNotWaitForGenerations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxQueue, s.MaxMemory = 1, 2, 4<<20
		s.Processors = thumbnail.Processors{"work": working(time.Second)}
		h := s.handler(t)
		stored := s.url(t, "k.jpg", "7x7", "crop", ".jpg")
		require.Equal(t, 200, get(h, stored).Code)
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() { assert.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "work", ".jpg")).Code) })
		}
		synctest.Wait()
		require.Equal(t, 503, get(h, s.url(t, "k.jpg", "9x9", "work", ".jpg")).Code, "no worker and no place in the queue is free")
		start := time.Now()
		for range 100 {
			assert.Equal(t, 200, get(h, stored).Code)
		}
		assert.Zero(t, time.Since(start))
		wg.Wait()
	})
}

func TestOverloadIsAnsweredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxQueue = 1, 2
		s.Processors = thumbnail.Processors{"work": working(time.Second)}
		h := s.handler(t)
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() { assert.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "work", ".jpg")).Code) })
		}
		synctest.Wait()
		start, opened := time.Now(), s.source.opened.Load()
		w := get(h, s.url(t, "k.jpg", "9x9", "work", ".jpg"))
		assert.Equal(t, 503, w.Code)
		assert.Equal(t, opened, s.source.opened.Load(), "the original is not even opened")
		assert.Equal(t, "1", w.Header().Get("Retry-After"))
		assert.Zero(t, time.Since(start))
		assert.Equal(t, 2, h.Stats().Queued)
		wg.Wait()
		assert.Zero(t, h.Stats().Memory, "everything is given back")
		assert.EqualValues(t, 1, h.Stats().Overloaded)
	})
}

func TestQueuedWorkThatNobodyWaitsForIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers = 1
		s.Processors = thumbnail.Processors{"work": working(3 * time.Second)}
		o := &observer{}
		s.Observer = o
		h := s.handler(t)
		done := make(chan int)
		go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "work", ".jpg")).Code }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, s.url(t, "k.jpg", "6x6", "work", ".jpg"), nil))
			done <- 0
		}()
		synctest.Wait()
		assert.Equal(t, 1, h.Stats().Queued)
		cancel()
		assert.Zero(t, <-done)
		assert.Zero(t, h.Stats().Queued)
		assert.Equal(t, 200, <-done)
		assert.Equal(t, thumbnail.OutcomeGone, o.events[0].Outcome)
		assert.EqualValues(t, 1, s.storage.put.Load())
	})
}

func TestNoRequestTakesLongerThanWaitAndQueueTimeoutAndTimeout(t *testing.T) {
	for name, change := range map[string]func(s *site){
		"a look":        func(s *site) { s.Storage = hanging{s.storage, 1} },
		"a second look": func(s *site) { s.Storage, s.Locker = hanging{s.storage, 2}, onlyLocker{lock.NewMemory()} },
		"the lock":      func(s *site) { s.Locker = hangingLocker{} },
		"the source": func(s *site) {
			s.source.open = func(ctx context.Context, _ string) (fs.File, error) { <-ctx.Done(); return nil, ctx.Err() }
		},
		"held elsewhere": func(s *site) { s.Locker = onlyLocker{heldLocker{}} },
		"the processor": func(s *site) {
			s.Processors = thumbnail.Processors{"crop": processorFunc(func(ctx context.Context, _ image.Image, _, _ int) (image.Image, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.Wait, s.QueueTimeout, s.Timeout = 4*time.Second, 3*time.Second, 8*time.Second
			change(s)
			start := time.Now()
			get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
			assert.LessOrEqual(t, time.Since(start), 15*time.Second, name)
			assert.Positive(t, time.Since(start), name)
		})
	}
}

// hanging is a source that hangs at the nth Open.
type hanging struct {
	*countingStorage
	n int64
}

func (s hanging) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.countingStorage.Open(ctx, key)
	if s.opened.Load() == s.n {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return f, err
}

type hangingLocker struct{}

func (hangingLocker) TryLock(ctx context.Context, _ string, _ time.Duration) (func() error, bool, error) {
	<-ctx.Done()
	return nil, false, ctx.Err()
}

type heldLocker struct{}

func (heldLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	return nil, false, nil
}

func TestALateLockIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		l := &lateLocker{}
		s.Locker = l
		assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code, "without a lock")
		assert.True(t, l.released)
		assert.Contains(t, s.log.String(), "the lock fails", "its context has ended")
	})
}

type lateLocker struct{ released bool }

func (l *lateLocker) TryLock(ctx context.Context, _ string, _ time.Duration) (func() error, bool, error) {
	<-ctx.Done()
	return func() error { l.released = true; return nil }, true, nil
}
