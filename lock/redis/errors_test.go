package redis_test

import (
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/redistest"
)

// errorLog collects the errors of OnError.
type errorLog struct {
	mu   sync.Mutex
	errs []error
}

func (e *errorLog) add(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.errs = append(e.errs, err)
}

func (e *errorLog) all() []error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]error(nil), e.errs...)
}

// options returns options with a prefix that only this test uses.
func (e *errorLog) options(t *testing.T) redis.Config {
	return redis.Config{Prefix: t.Name(), OnError: e.add}
}

func TestAnErrorReplyIsReportedAndNoOutage(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	p := start(t, redistest.Single(m.Addr()), redis.Config{})
	m.HSet("restthumbnails:"+key, "somebody", "else's")
	_, ok, err := p.TryLock(t.Context(), key, time.Minute)
	assert.False(t, ok)
	assert.ErrorContains(t, err, "WRONGTYPE")
	assert.ErrorContains(t, err, key, "the error says what was being done")
	assert.NotErrorIs(t, err, redis.ErrDown)
	require.NoError(t, p.lock(t, "other", time.Minute)())
}

func TestALostLockIsReportedOnceAndNotReleased(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		ttl  time.Duration
		wait bool
	}{
		{"by a renewal", 150 * time.Millisecond, true},
		{"by unlock", time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := miniredis.RunT(t)
			var log errorLog
			p := start(t, redistest.Single(m.Addr()), redis.Config{OnError: log.add})
			unlock := p.lock(t, key, c.ttl)
			require.NoError(t, m.Set("restthumbnails:"+key, "the next holder"))
			if c.wait {
				require.Eventually(t, func() bool { return len(log.all()) > 0 }, time.Minute, 5*time.Millisecond)
			}
			require.NoError(t, unlock())
			require.NoError(t, unlock())
			errs := log.all()
			require.Len(t, errs, 1)
			assert.ErrorIs(t, errs[0], redis.ErrLost)
			assert.ErrorContains(t, errs[0], key)
			value, err := m.Get("restthumbnails:" + key)
			require.NoError(t, err)
			assert.Equal(t, "the next holder", value)
		})
	}
}

func TestErrorsOfARenewalAreReportedAndDoNotEndIt(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	var log errorLog
	p := start(t, redistest.Single(m.Addr()), redis.Config{OnError: log.add})
	unlock := p.lock(t, key, 300*time.Millisecond)
	m.SetError("ERR out of order")
	require.Eventually(t, func() bool { return len(log.all()) >= 2 }, time.Minute, 5*time.Millisecond)
	m.SetError("")
	m.SetTTL("restthumbnails:"+key, time.Millisecond)
	require.Eventually(t, func() bool { return m.TTL("restthumbnails:"+key) == 300*time.Millisecond }, time.Minute, 5*time.Millisecond)
	assert.ErrorContains(t, log.all()[0], "out of order")
	assert.ErrorContains(t, log.all()[0], "renew")
	require.NoError(t, unlock())
}
