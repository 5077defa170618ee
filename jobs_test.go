package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"iter"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// puts counts the Puts of each key.
type puts struct {
	*storage.Memory
	mu    sync.Mutex
	byKey map[string]int
}

func (p *puts) Put(ctx context.Context, key string, r io.Reader) error {
	p.mu.Lock()
	p.byKey[key]++
	p.mu.Unlock()
	return p.Memory.Put(ctx, key, r)
}

func sizesOf(source string, n int) iter.Seq[thumbnail.Spec] {
	return func(yield func(thumbnail.Spec) bool) {
		for i := range n {
			if !yield(thumbnail.Spec{Source: source, Size: thumbnail.Size{Width: i + 1}, Method: "fit", Ext: ".png"}) {
				return
			}
		}
	}
}

func TestAJobThatIsStoppedAndStartedAgainMakesEachThumbnailOnce(t *testing.T) {
	s := newSite(t)
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	s.Source = storage.FS(fstest.MapFS{"k.png": {Data: b.Bytes()}})
	store := &puts{Memory: storage.NewMemory(), byKey: map[string]int{}}
	s.Storage = store
	h := s.handler(t)

	const n = 1000
	ctx, cancel := context.WithCancel(t.Context())
	counts := map[thumbnail.Made]int{}
	err := h.GenerateAll(ctx, sizesOf("k.png", n), func(_ thumbnail.Spec, m thumbnail.Made, err error) {
		assert.NoError(t, err)
		if counts[m]++; counts[thumbnail.MadeNow] == 300 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	before := counts[thumbnail.MadeNow]
	require.GreaterOrEqual(t, before, 300)
	require.Less(t, before, n)
	require.Zero(t, counts[thumbnail.MadeFailed], "what was stopped has not failed")
	require.Len(t, store.byKey, before)

	clear(counts)
	require.NoError(t, h.GenerateAll(t.Context(), sizesOf("k.png", n), func(_ thumbnail.Spec, m thumbnail.Made, _ error) { counts[m]++ }))
	assert.Equal(t, map[thumbnail.Made]int{thumbnail.MadeBefore: before, thumbnail.MadeNow: n - before}, counts)
	require.Len(t, store.byKey, n)
	for key, times := range store.byKey {
		require.Equal(t, 1, times, key)
	}
}

func TestAJobGoesOnAfterAFailureAndCountsIt(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	spec := thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 10, Height: 10}, Method: "crop", Ext: ".jpg"}
	missing, unknown := spec, spec
	missing.Source, unknown.Method = "gone.jpg", "sepia"
	var failed []thumbnail.Spec
	made := 0
	err := h.GenerateAll(t.Context(), func(yield func(thumbnail.Spec) bool) {
		_ = yield(missing) && yield(unknown) && yield(spec)
	}, func(s thumbnail.Spec, m thumbnail.Made, err error) {
		if m == thumbnail.MadeFailed {
			assert.Error(t, err)
			failed = append(failed, s)
		} else {
			made++
		}
	})
	require.ErrorContains(t, err, "2 of 3 thumbnails were not made")
	assert.Equal(t, 1, made)
	assert.ElementsMatch(t, []thumbnail.Spec{missing, unknown}, failed)
	require.NoError(t, h.GenerateAll(t.Context(), sizesOf("k.jpg", 3), nil))
}

func TestGenerateMakesAThumbnailOnce(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for range 2 {
		require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "50x50", "crop", ".jpg")))
	}
	assert.EqualValues(t, 1, s.source.opened.Load())
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code)
	assert.EqualValues(t, 1, s.source.opened.Load())
	for status, bad := range map[int]thumbnail.Spec{
		400: {Source: "../k.jpg", Size: thumbnail.Size{Width: 1}, Method: "crop", Ext: ".jpg"},
		404: {Source: "none.jpg", Size: thumbnail.Size{Width: 1}, Method: "crop", Ext: ".jpg"},
		415: {Source: "text.jpg", Size: thumbnail.Size{Width: 1}, Method: "crop", Ext: ".jpg"},
	} {
		assert.Equal(t, status, thumbnail.StatusCode(h.Generate(t.Context(), bad)))
	}
	assert.ErrorIs(t, h.Generate(t.Context(), thumbnail.Spec{Source: "k", Size: thumbnail.Size{Width: 1}, Method: "nope", Ext: ".jpg"}), thumbnail.ErrInvalid)
}
