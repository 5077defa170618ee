package thumbnail_test

import (
	"context"
	"image"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
)

func TestAJoinerWaitsAlthoughItsLeaderDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Wait = memory, 3*time.Second
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour) // like another process
		require.NoError(t, err)
		require.True(t, ok)
		codes := make(chan int, 2)
		go func() { codes <- get(h, url).Code }()
		time.Sleep(2 * time.Second)
		start := time.Now()
		go func() { codes <- get(h, url).Code }()
		time.Sleep(2 * time.Second)
		assert.Equal(t, 404, <-codes, "the leader has waited for 3 s")
		assert.Empty(t, codes, "the other has 1 s more")
		require.NoError(t, unlock())
		assert.Equal(t, 200, <-codes)
		assert.LessOrEqual(t, time.Since(start), 3*time.Second)
	})
}

func TestTheLongestRequestTakesWaitAndQueueTimeoutAndTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Workers = memory, 1
		s.Wait, s.QueueTimeout, s.Timeout = 4*time.Second, 3*time.Second, 8*time.Second
		s.Processors = thumbnail.Processors{"hang": processorFunc(func(ctx context.Context, _ image.Image, _, _ int) (image.Image, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}), "hold": working(6800 * time.Millisecond)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "hang", ".jpg")
		unlock, _, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		time.AfterFunc(3900*time.Millisecond, func() { _ = unlock() })
		start := time.Now()
		other := make(chan int)
		go func() { other <- get(h, s.url(t, "k.jpg", "6x6", "hold", ".jpg")).Code }()
		synctest.Wait()
		w := get(h, url) // waits 3.9 s for the lock and 2.9 s for the worker, and works for 8 s
		assert.Equal(t, 503, w.Code)
		assert.NotEmpty(t, w.Header().Get("Retry-After"))
		took := time.Since(start)
		assert.LessOrEqual(t, took, 15*time.Second)
		assert.Greater(t, took, 14*time.Second)
		assert.Equal(t, 200, <-other)
	})
}
