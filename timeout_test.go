package thumbnail_test

import (
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func TestAnUploadIsDecodedWithinTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		var took []error
		f := toy(1, &took)
		f.Decode = func(ctx context.Context, _ []byte) (image.Image, error) { <-ctx.Done(); return nil, ctx.Err() }
		s.Formats = []processors.Format{f}
		s.Timeout = 3 * time.Second
		start := time.Now()
		_, err := s.handler(t).Check(t.Context(), strings.NewReader("TOY"))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "too long")
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestASourceThatHangsIsDeadlineExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		o := &observer{}
		s.Observer, s.Timeout = o, 3*time.Second
		s.source.open = func(ctx context.Context, _ string) (fs.File, error) { <-ctx.Done(); return nil, ctx.Err() }
		assert.Equal(t, 503, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		assert.ErrorIs(t, o.events[0].Err, context.DeadlineExceeded)
		assert.ErrorContains(t, o.events[0].Err, "after 3s")
	})
}

func TestAHangingLookEndsByTheTimeoutOrTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		o := &observer{}
		s.Observer, s.Timeout = o, 3*time.Second
		s.Storage = openFunc{s.storage, func(ctx context.Context, _ string) (fs.File, error) { <-ctx.Done(); return nil, errBoom }}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		assert.Equal(t, 503, get(h, url).Code)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
		assert.ErrorIs(t, o.events[0].Err, context.DeadlineExceeded)
		assert.Equal(t, thumbnail.OutcomeFailed, o.events[0].Outcome)
		assert.NotErrorIs(t, o.events[1].Err, errBoom, "that is not the storage's fault")
		assert.Equal(t, thumbnail.OutcomeGone, o.events[1].Outcome)
	})
}

func TestWhatIsMadeTooLateIsNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Timeout = 3 * time.Second
		s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(w io.Writer, img image.Image) error {
			time.Sleep(4 * time.Second)
			return processors.JPEG{}.Encode(w, img)
		})}
		assert.Equal(t, 503, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		assert.Zero(t, s.storage.put.Load())
	})
}

// slowLocker grants every lock after a delay.
type slowLocker struct{ d time.Duration }

func (l slowLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	time.Sleep(l.d)
	return func() error { return nil }, true, nil
}

func TestALockerTakesAtMostHalfOfTheTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		locker thumbnail.Locker
		method string
		status int
		took   time.Duration
	}{
		"a slow one":         {slowLocker{10 * time.Second}, "crop", 200, 10 * time.Second},
		"and slow work":      {slowLocker{10 * time.Second}, "hang", 503, 30 * time.Second},
		"one that hangs":     {hangingLocker{}, "crop", 200, 15 * time.Second},
		"and work that does": {hangingLocker{}, "hang", 503, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.Locker = c.locker
			s.Processors = thumbnail.Processors{"hang": processorFunc(func(ctx context.Context, _ image.Image, _, _ int) (image.Image, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})}
			start := time.Now()
			assert.Equal(t, c.status, get(s.handler(t), s.url(t, "k.jpg", "5x5", c.method, ".jpg")).Code, name)
			assert.Equal(t, c.took, time.Since(start), name)
		})
	}
}

func TestNobodyWaitsForTheUnlockOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = time.Minute
		s.Processors = thumbnail.Processors{"work": working(time.Second)}
		locks := lock.NewMemory()
		s.Locker = lockFunc(func(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
			unlock, ok, err := locks.TryLock(ctx, key, ttl)
			return func() error { time.Sleep(10 * time.Second); return unlock() }, ok, err
		})
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "work", ".jpg")
		start, took := time.Now(), make(chan time.Duration)
		for range 3 {
			go func() {
				assert.Equal(t, 200, get(h, url).Code)
				took <- time.Since(start)
			}()
		}
		assert.Equal(t, []time.Duration{time.Second, time.Second, 11 * time.Second}, []time.Duration{<-took, <-took, <-took})
	})
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
