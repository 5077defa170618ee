package thumbnail_test

import (
	"context"
	"errors"
	"image"
	"io/fs"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
)

func TestTwoProcessesThatShareALockMakeOneGeneration(t *testing.T) {
	for name, locker := range map[string]thumbnail.Locker{"a Waiter": lock.NewMemory(), "no Waiter": onlyLocker{lock.NewMemory()}} {
		s := newSite(t)
		s.Wait = 30 * time.Second
		s.Locker = locker
		g := newGate()
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			g.pass()
			return s.source.source.Open(ctx, key)
		}
		url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
		codes := make(chan int)
		for range 4 {
			h := s.handler(t) // each has its own flights, like a process
			go func() { codes <- get(h, url).Code }()
		}
		g.await(t, 1)
		time.Sleep(50 * time.Millisecond) // the others find the key locked
		close(g.open)
		for range 4 {
			assert.Equal(t, 200, <-codes, name)
		}
		assert.EqualValues(t, 1, s.source.opened.Load(), name)
	}
}

type onlyLocker struct{ locker thumbnail.Locker }

func (o onlyLocker) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	return o.locker.TryLock(ctx, key, ttl)
}

func TestALockOfAnotherProcessIsBusyAfterWait(t *testing.T) {
	for _, waiter := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			memory := lock.NewMemory()
			s.Locker = memory
			if !waiter {
				s.Locker = onlyLocker{memory}
			}
			s.Wait = 3 * time.Second
			url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
			unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour)
			require.NoError(t, err)
			require.True(t, ok)
			h := s.handler(t)
			start := time.Now()
			w := get(h, url)
			assert.Equal(t, 404, w.Code)
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, "1", w.Header().Get("Retry-After"))
			assert.Equal(t, 3*time.Second, time.Since(start))
			assert.LessOrEqual(t, s.storage.opened.Load(), int64(2), "waiting costs the storage nothing")

			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			assert.ErrorIs(t, h.Generate(ctx, spec(t, "k.jpg", "50x50", "crop", ".jpg")), thumbnail.ErrBusy)
			assert.Equal(t, 63*time.Second, time.Since(start))

			time.AfterFunc(time.Second, func() { _ = unlock() })
			assert.Equal(t, 200, get(h, url).Code)
			assert.LessOrEqual(t, time.Since(start), 65*time.Second)
		})
	}
}

func TestALockerThatFailsIsIgnoredUnlessRequired(t *testing.T) {
	s := newSite(t)
	s.Locker = failingLocker{}
	h := s.handler(t)
	for _, size := range []string{"5x5", "6x6", "7x7"} {
		assert.Equal(t, 200, get(h, s.url(t, "k.jpg", size, "crop", ".jpg")).Code)
	}
	assert.Equal(t, 1, countLines(s.log.String(), "the lock fails"), "said once in a while")
	s.RequireLock = true
	w := get(s.handler(t), s.url(t, "k.jpg", "8x8", "crop", ".jpg"))
	assert.Equal(t, 503, w.Code)
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

type failingLocker struct{}

func (failingLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	return nil, false, errBoom
}

func TestTheSecondLookUpFindsTheThumbnailOfAnotherProcess(t *testing.T) {
	s := newSite(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	other := s.handler(t)
	s.Locker = lockerFunc(func() { require.Equal(t, 200, get(other, url).Code) })
	assert.Equal(t, 200, get(s.handler(t), url).Code)
	assert.EqualValues(t, 1, s.source.opened.Load())
}

// lockerFunc calls a function before it grants the lock.
type lockerFunc func()

func (f lockerFunc) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	f()
	return func() error { return nil }, true, nil
}

func TestLookUpsInAStorageThatForgetsEnd(t *testing.T) {
	s := newSite(t)
	s.storage.failOpen = func() error { return fs.ErrNotExist }
	w := get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
	assert.Equal(t, 200, w.Code, "the bytes are at hand")
	assert.EqualValues(t, 1, s.source.opened.Load())
}

func TestAnErrorOfUnlockIsOnlyLogged(t *testing.T) {
	s := newSite(t)
	s.Locker = unlockFails{}
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code)
	assert.Contains(t, s.log.String(), "unlock")
}

type unlockFails struct{}

func (unlockFails) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	return func() error { return errors.New("gone") }, true, nil
}

func TestAGenerationThatHangsLosesItsLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Timeout, s.LockTTL = memory, 5*time.Second, time.Second
		hang := make(chan bool)
		s.Processors = thumbnail.Processors{"hang": processorFunc(func(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
			<-hang // without regard to ctx
			return src, nil
		})}
		url := s.url(t, "k.jpg", "5x5", "hang", ".jpg")
		h := s.handler(t)
		code := make(chan int)
		go func() { code <- get(h, url).Code }()
		time.Sleep(4 * time.Second)
		_, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		assert.False(t, ok, "it lives")
		time.Sleep(3 * time.Second)
		unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		assert.True(t, ok, "its time is over")
		close(hang)
		assert.Equal(t, 503, <-code)
		assert.EqualValues(t, 0, s.storage.put.Load(), "and what it made is too late")
		require.NoError(t, unlock())
	})
}
