package thumbnail_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// listings counts how often a storage is listed.
type listings struct {
	*storage.Memory
	n *int
}

func (l listings) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	*l.n++
	return l.Memory.List(ctx, prefix)
}

func TestASweepListsTwiceOnlyBeyondMaxBytes(t *testing.T) {
	s := newSite(t)
	n := 0
	s.Storage = listings{storage.NewMemory(), &n}
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{})
	require.NoError(t, err)
	for limit, lists := range map[int64]int{0: 1, swept.KeptBytes + 1: 1, swept.KeptBytes: 1, swept.KeptBytes - 1: 2} {
		n = 0
		got, err := h.Sweep(t.Context(), thumbnail.Sweep{MaxBytes: limit, DryRun: true})
		require.NoError(t, err)
		assert.Equal(t, lists, n, limit)
		assert.Equal(t, lists-1, got.Removed, limit)
	}
}

func TestADryRunCountsWhatASweepRemoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Storage = storage.NewMemory()
		h := s.handler(t)
		for i := range 6 {
			require.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "crop", ".jpg")).Code)
			time.Sleep(time.Minute)
		}
		all, err := h.Sweep(t.Context(), thumbnail.Sweep{})
		require.NoError(t, err)
		sweep := thumbnail.Sweep{MaxAge: 4*time.Minute + time.Second, MaxBytes: all.KeptBytes / 2}
		sweep.DryRun = true
		would, err := h.Sweep(t.Context(), sweep)
		require.NoError(t, err)
		sweep.DryRun = false
		does, err := h.Sweep(t.Context(), sweep)
		require.NoError(t, err)
		assert.Equal(t, does, would)
		assert.Greater(t, does.Removed, 2, "two are too old")
	})
}

func TestASweepToOneByteRemovesEverything(t *testing.T) {
	s := newSite(t)
	s.Storage = storage.NewMemory()
	h := s.handler(t)
	for _, size := range []string{"5x5", "6x6"} {
		require.Equal(t, 200, get(h, s.url(t, "k.jpg", size, "crop", ".jpg")).Code)
	}
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{MaxBytes: 1})
	require.NoError(t, err)
	assert.Equal(t, 2, swept.Removed)
	assert.Zero(t, swept.Kept)
}

func TestASweepByAgeCountsNanoseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Storage = storage.NewMemory()
		h := s.handler(t)
		require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		time.Sleep(2 * time.Nanosecond)
		swept, err := h.Sweep(t.Context(), thumbnail.Sweep{MaxAge: 1, KeepOrphans: true})
		require.NoError(t, err)
		assert.Equal(t, 1, swept.Removed)
	})
}

func TestASweepOpensEachOriginalOnceAndKeepsThumbnailsOfTheMaximumAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Storage = storage.NewMemory()
		h := s.handler(t)
		for _, size := range []string{"5x5", "6x6", "7x7"} {
			require.Equal(t, 200, get(h, s.url(t, "k.jpg", size, "crop", ".jpg")).Code)
		}
		before := s.source.opened.Load()
		swept, err := h.Sweep(t.Context(), thumbnail.Sweep{})
		require.NoError(t, err)
		assert.Equal(t, 3, swept.Kept)
		assert.EqualValues(t, before+1, s.source.opened.Load())
		time.Sleep(time.Hour)
		swept, err = h.Sweep(t.Context(), thumbnail.Sweep{MaxAge: time.Hour, KeepOrphans: true})
		require.NoError(t, err)
		assert.Equal(t, 3, swept.Kept)
		time.Sleep(time.Nanosecond)
		swept, err = h.Sweep(t.Context(), thumbnail.Sweep{MaxAge: time.Hour, KeepOrphans: true})
		require.NoError(t, err)
		assert.Equal(t, 3, swept.Removed)
		assert.EqualValues(t, before+1, s.source.opened.Load(), "with KeepOrphans nothing is opened")
	})
}

// keeping is a storage that removes nothing.
type keeping struct{ *storage.Memory }

func (keeping) Remove(context.Context, string) error    { return errBoom }
func (keeping) RemoveAll(context.Context, string) error { return errBoom }

func TestWhatCannotBeRemovedIsKeptAndCounted(t *testing.T) {
	s := newSite(t)
	s.Storage = keeping{storage.NewMemory()}
	h := s.handler(t)
	for _, size := range []string{"5x5", "6x6", "7x7"} {
		require.Equal(t, 200, get(h, s.url(t, "k.jpg", size, "crop", ".jpg")).Code)
	}
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{Keep: func(thumbnail.Entry) bool { return false }})
	assert.ErrorIs(t, err, errBoom)
	assert.ErrorContains(t, err, "3 thumbnails could not be removed")
	assert.Equal(t, 3, swept.Kept)
	assert.Zero(t, swept.Removed)
	assert.ErrorIs(t, h.Ping(t.Context()), errBoom, "a file of a Ping that can't be removed is an error")
}

func TestASweepNeedsBothAbilities(t *testing.T) {
	memory := storage.NewMemory()
	for _, st := range []thumbnail.Storage{
		struct {
			thumbnail.Storage
			storage.Lister
		}{memory, memory},
		struct {
			thumbnail.Storage
			storage.Deleter
		}{memory, memory},
	} {
		s := newSite(t)
		s.Storage = st
		_, err := s.handler(t).Sweep(t.Context(), thumbnail.Sweep{})
		assert.Equal(t, 501, thumbnail.StatusCode(err))
	}
}

// busy is a storage in which handlers store thumbnails between two listings.
type busy struct {
	*storage.Memory
	between func()
}

func (b *busy) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		for e, err := range b.Memory.List(ctx, prefix) {
			if !yield(e, err) {
				return
			}
		}
		b.between()
	}
}

func TestASweepCountsThumbnailsThatAreStoredMeanwhile(t *testing.T) {
	s := newSite(t)
	b := &busy{storage.NewMemory(), func() {}}
	s.Storage = b
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	before, err := h.Sweep(t.Context(), thumbnail.Sweep{})
	require.NoError(t, err)
	b.between = func() {
		b.between = func() {}
		for i := range 3 {
			require.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx7", i+1), "crop", ".jpg")).Code)
		}
	}
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{MaxBytes: before.KeptBytes - 1})
	require.NoError(t, err)
	b.between = func() {}
	after, err := h.Sweep(t.Context(), thumbnail.Sweep{})
	require.NoError(t, err)
	assert.Equal(t, 4, swept.Removed+swept.Kept)
	assert.Equal(t, after.Kept, swept.Kept)
	assert.Equal(t, after.KeptBytes, swept.KeptBytes)
}
