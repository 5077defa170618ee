package thumbnail_test

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// missed is a storage that calls its function once, when it does not find a key.
type missed struct {
	thumbnail.Storage
	once sync.Once
	then func()
}

func (s *missed) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Storage.Open(ctx, key)
	if err != nil {
		s.once.Do(s.then)
	}
	return f, err
}

func TestTheStorageIsReadAgainIfTheLockMayHaveBeenHeld(t *testing.T) {
	for name, c := range map[string]struct {
		locker thumbnail.Locker
		looks  int64
	}{
		"the default":                  {nil, 1},
		"a lock that remembers":        {lock.NewMemory(), 1},
		"a wrapped one":                {wrappedLocker{lock.NewMemory()}, 1},
		"one that remembers nothing":   {onlyLocker{lock.NewMemory()}, 2},
		"one that renames keys inside": {renaming{lock.NewMemory()}, 2},
		"one that fails":               {noLock{lock.NewMemory()}, 2},
	} {
		s := newSite(t)
		s.Locker = c.locker
		h := s.handler(t)
		for i := range 3 {
			time.Sleep(time.Millisecond) // so that the clock advances
			before := s.storage.opened.Load()
			require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", fmt.Sprintf("%dx50", 50+i), "crop", ".jpg")))
			assert.Equal(t, c.looks, s.storage.opened.Load()-before, name)
		}
	}
}

// renaming is a Locker that locks other keys than the requested ones.
type renaming struct{ *lock.Memory }

func (r renaming) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	return r.Memory.TryLock(ctx, "site/"+key, ttl)
}

// noLock is a lock that is never granted.
type noLock struct{ *lock.Memory }

func (noLock) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	return nil, false, errBoom
}

// Another process makes the thumbnail just after the first one has found it missing.
func TestAThumbnailThatAnotherProcessMadeBeforeTheLockIsNotMadeAgain(t *testing.T) {
	for name, locker := range map[string]thumbnail.Locker{"remembers": lock.NewMemory(), "forgets": onlyLocker{lock.NewMemory()}} {
		var sources []*countingSource
		site := func(s thumbnail.Storage) *thumbnail.Handler {
			c := newSite(t)
			c.Storage, c.Locker = s, locker
			sources = append(sources, c.source)
			return c.handler(t)
		}
		shared := storage.NewMemory()
		want := spec(t, "k.jpg", "50x50", "crop", ".jpg")
		other := site(shared)
		first := site(&missed{Storage: shared, then: func() { assert.NoError(t, other.Generate(t.Context(), want)) }})
		require.NoError(t, first.Generate(t.Context(), want))
		assert.EqualValues(t, []int64{1, 0}, []int64{sources[0].opened.Load(), sources[1].opened.Load()}, name)
	}
}
