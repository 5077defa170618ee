package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
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
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
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

func TestANewThumbnailTakesTheMinimumOfStorageCalls(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.EqualValues(t, 1, s.storage.opened.Load(), "the lock says that nobody has made it meanwhile")
	assert.EqualValues(t, 1, s.source.opened.Load())
	assert.EqualValues(t, 1, s.storage.put.Load())
	assert.Zero(t, h.Stats().Memory)
}

func TestAThumbnailRemovedDuringItsGenerationIsNotStored(t *testing.T) {
	s := newSite(t)
	s.Storage = storage.NewMemory()
	g := newGate()
	s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		g.pass()
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "slow", ".jpg")
	answer := make(chan *httptest.ResponseRecorder)
	go func() { answer <- get(h, url) }()
	g.await(t, 1)
	require.NoError(t, h.Remove(t.Context(), "k.jpg"))
	close(g.open)
	assert.Equal(t, "no-store", (<-answer).Header().Get("Cache-Control"))
	_, err := s.Storage.Open(t.Context(), url[1:])
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestGenerateAfterAnUploadDoesNotJoinAnEarlierGeneration(t *testing.T) {
	s := newSite(t)
	g := newGate()
	var mu sync.Mutex
	files := fstest.MapFS{}
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		mu.Lock()
		f, err := storage.FS(files).Open(ctx, key)
		mu.Unlock()
		if err != nil {
			g.pass()
		}
		return f, err
	}
	h := s.handler(t)
	url := s.url(t, "new.jpg", "5x5", "crop", ".jpg")
	before := make(chan int)
	go func() { before <- get(h, url).Code }()
	g.await(t, 1)
	mu.Lock()
	files["new.jpg"] = &fstest.MapFile{Data: photo(t, 20, 10)}
	mu.Unlock()
	generated := make(chan error)
	go func() { generated <- h.Generate(t.Context(), spec(t, "new.jpg", "5x5", "crop", ".jpg")) }()
	time.Sleep(20 * time.Millisecond)
	close(g.open)
	assert.Equal(t, 404, <-before)
	assert.NoError(t, <-generated)
	assert.Equal(t, 200, get(h, url).Code, "and the old failure is not remembered")
}

func TestAReplacedOriginalIsReadAgainIfGenerateSaysSo(t *testing.T) {
	s := newSite(t)
	s.Workers = 2 // so that Generate does not wait for the blocked generation
	g := newGate()
	files := fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}}
	var mu sync.Mutex
	s.source.open = func(ctx context.Context, key string) (fs.File, error) {
		mu.Lock()
		defer mu.Unlock()
		return storage.FS(files).Open(ctx, key)
	}
	s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		g.pass()
		return processors.Fit{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "slow", ".png")
	answer := make(chan *httptest.ResponseRecorder)
	go func() { answer <- get(h, url) }()
	g.await(t, 1)
	mu.Lock()
	files["k.jpg"] = &fstest.MapFile{Data: photo(t, 100, 200)}
	mu.Unlock()
	require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "9x9", "crop", ".jpg")))
	close(g.open)
	<-answer
	assert.Equal(t, image.Pt(25, 50), sizeOf(t, get(h, url).Body.Bytes()), "that of the new original")
}

func TestAtMostAThousandFailuresAreRememberedForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		h := s.handler(t)
		for i := range 10 {
			assert.Equal(t, 415, get(h, s.url(t, "text.jpg", fmt.Sprintf("%dx5", i+1), "crop", ".jpg")).Code)
		}
		assert.EqualValues(t, 1, s.source.opened.Load(), "ten sizes cost one look")
		time.Sleep(61 * time.Second)
		assert.Equal(t, 415, get(h, s.url(t, "text.jpg", "5x5", "crop", ".jpg")).Code)
		assert.EqualValues(t, 2, s.source.opened.Load(), "after a minute another one")
		for i := range 3000 {
			get(h, s.url(t, fmt.Sprintf("none%d.jpg", i), "5x5", "crop", ".jpg"))
		}
		assert.LessOrEqual(t, h.Stats().Remembered, 1024)
		get(h, s.url(t, "a/b.jpg", "5x5", "crop", ".jpg"))
		before := s.source.opened.Load()
		_ = h.Remove(t.Context(), "a") // the storage is no Remover, but remembered errors are cleared
		get(h, s.url(t, "a/b.jpg", "5x5", "crop", ".jpg"))
		assert.EqualValues(t, before+1, s.source.opened.Load())
	})
}

func TestATimeoutIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		runs := 0
		s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, _, _ int) (image.Image, error) {
			runs++
			<-ctx.Done()
			return nil, ctx.Err()
		})}
		h := s.handler(t)
		for range 3 {
			assert.Equal(t, 503, get(h, s.url(t, "k.jpg", "5x5", "slow", ".jpg")).Code)
		}
		assert.Equal(t, 1, runs)
	})
}

func TestAnErrorOfASourceThatResemblesAnInternalOneIsReturned(t *testing.T) {
	for _, err := range []error{thumbnail.ErrBusy, thumbnail.ErrOverloaded, thumbnail.ErrTooLarge, context.Canceled} {
		s := newSite(t)
		s.source.open = func(context.Context, string) (fs.File, error) { return nil, fmt.Errorf("odd: %w", err) }
		assert.GreaterOrEqual(t, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code, 500, "%v", err)
		assert.EqualValues(t, 1, s.source.opened.Load())
	}
}

func TestAnOriginalThatGrowsWhileItIsReadIsNotStored(t *testing.T) {
	s := newSite(t)
	data := append(photo(t, 200, 100), bytes.Repeat([]byte{0}, 1000)...)
	s.source.open = func(context.Context, string) (fs.File, error) {
		return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg", Size: int64(len(data)) - 1000}), nil
	}
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Zero(t, s.storage.put.Load())
}
