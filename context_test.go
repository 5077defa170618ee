package thumbnail_test

import (
	"context"
	"image"
	"io"
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

// contexts collects the contexts that a handler passes on.
type contexts struct {
	mu  sync.Mutex
	all map[string]context.Context
}

func (c *contexts) add(what string, ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[what] = ctx
}

type lockFunc func(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error)

func (f lockFunc) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	return f(ctx, key, ttl)
}

type putFunc struct {
	*storage.Memory
	put func(ctx context.Context, key string, r io.Reader) error
}

func (f putFunc) Put(ctx context.Context, key string, r io.Reader) error { return f.put(ctx, key, r) }

func TestEveryContextOfAGenerationEndsWithIt(t *testing.T) {
	for _, locked := range []bool{true, false} {
		s := newSite(t)
		c := &contexts{all: map[string]context.Context{}}
		memory, locks := storage.NewMemory(), lock.NewMemory()
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			c.add("source", ctx)
			return s.source.source.Open(ctx, key)
		}
		s.Storage = putFunc{memory, func(ctx context.Context, key string, r io.Reader) error {
			c.add("put", ctx)
			return memory.Put(ctx, key, r)
		}}
		s.Locker = lockFunc(func(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
			c.add("lock", ctx)
			if !locked {
				return nil, false, errBoom
			}
			return locks.TryLock(ctx, key, ttl)
		})
		s.Processors = thumbnail.Processors{"crop": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
			c.add("process", ctx)
			return working(0)(ctx, src, w, h)
		})}
		require.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		require.Len(t, c.all, 4)
		for what, ctx := range c.all {
			assert.ErrorIs(t, ctx.Err(), context.Canceled, "%s, locked: %v", what, locked)
		}
	}
}

func TestTheContextOfARequestEndsWithIt(t *testing.T) {
	s := newSite(t)
	var seen []context.Context
	memory := storage.NewMemory()
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		seen = append(seen, ctx)
		return memory.Open(ctx, key)
	}}
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code)
	require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "50x50", "crop", ".jpg")))
	require.NotEmpty(t, seen)
	for _, ctx := range seen {
		assert.ErrorIs(t, ctx.Err(), context.Canceled)
	}
}
