package thumbnail_test

import (
	"context"
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A sweptSite is a handler over a directory of thumbnails.
type sweptSite struct {
	*thumbnail.Handler
	thumbs *storage.Dir
	root   string
	signer thumbnail.Signer
}

// newSwept returns a site with the originals a.jpg and b.jpg.
func newSwept(t *testing.T, source thumbnail.Source) sweptSite {
	root := t.TempDir()
	thumbs, err := storage.OpenDir(root)
	require.NoError(t, err)
	t.Cleanup(func() { _ = thumbs.Close() })
	if source == nil {
		source = storage.FS(fstest.MapFS{"a.jpg": {Data: []byte("x")}, "b.jpg": {Data: []byte("x")}})
	}
	signer := newSigner(t)
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: source, Storage: thumbs, Signer: signer})
	require.NoError(t, err)
	return sweptSite{h, thumbs, root, signer}
}

// store stores a thumbnail of 10 bytes that was last used some time ago.
func (s sweptSite) store(t *testing.T, source, size string, ago time.Duration) string {
	url, err := thumbnail.URL("/", s.signer, spec(t, source, size, "crop", ".jpg"))
	require.NoError(t, err)
	key := url[1:]
	require.NoError(t, s.thumbs.Put(t.Context(), key, strings.NewReader("ten bytes!")))
	at := time.Now().Add(-ago)
	require.NoError(t, os.Chtimes(filepath.Join(s.root, key), at, at))
	return key
}

func (s sweptSite) has(t *testing.T, key string) bool {
	f, err := s.thumbs.Open(t.Context(), key)
	if err == nil {
		f.Close()
	}
	return err == nil
}

func TestTheZeroSweepRemovesThumbnailsWhoseOriginalIsGone(t *testing.T) {
	s := newSwept(t, nil)
	kept, gone := s.store(t, "a.jpg", "10x10", 0), s.store(t, "gone.jpg", "10x10", 0)
	require.NoError(t, s.thumbs.Put(t.Context(), "gone.jpg/foreign.txt", strings.NewReader("x")))
	require.NoError(t, s.thumbs.Put(t.Context(), strings.Replace(gone, "10x10", "11x11", 1), strings.NewReader("its secret is of another size")))
	for _, dry := range []bool{true, false} {
		swept, err := s.Sweep(t.Context(), thumbnail.Sweep{DryRun: dry})
		require.NoError(t, err)
		assert.Equal(t, thumbnail.Swept{Removed: 1, Kept: 1, RemovedBytes: 10, KeptBytes: 10}, swept)
		assert.Equal(t, dry, s.has(t, gone))
		assert.True(t, s.has(t, kept))
		assert.True(t, s.has(t, "gone.jpg/foreign.txt"), "no thumbnail")
		assert.True(t, s.has(t, strings.Replace(gone, "10x10", "11x11", 1)), "not signed")
	}
}

type sourceFunc func(ctx context.Context, key string) (fs.File, error)

func (f sourceFunc) Open(ctx context.Context, key string) (fs.File, error) { return f(ctx, key) }

func TestAFailingSourceEndsTheSweepWithoutRemovals(t *testing.T) {
	down := errors.New("the network is down")
	s := newSwept(t, sourceFunc(func(context.Context, string) (fs.File, error) { return nil, down }))
	key := s.store(t, "a.jpg", "10x10", 0)
	_, err := s.Sweep(t.Context(), thumbnail.Sweep{})
	assert.ErrorIs(t, err, down)
	assert.True(t, s.has(t, key))
	swept, err := s.Sweep(t.Context(), thumbnail.Sweep{KeepOrphans: true})
	require.NoError(t, err)
	assert.Equal(t, 1, swept.Kept)
}

func TestASweepOpensEachOriginalOnce(t *testing.T) {
	opened := map[string]int{}
	s := newSwept(t, sourceFunc(func(_ context.Context, key string) (fs.File, error) {
		opened[key]++
		return nil, fs.ErrNotExist
	}))
	for _, size := range []string{"10x10", "20x20", "30x30"} {
		s.store(t, "a.jpg", size, 0)
		s.store(t, "b.jpg", size, 0)
	}
	swept, err := s.Sweep(t.Context(), thumbnail.Sweep{})
	require.NoError(t, err)
	assert.Equal(t, 6, swept.Removed)
	assert.Equal(t, map[string]int{"a.jpg": 1, "b.jpg": 1}, opened)
}

func TestOldAndUnwantedThumbnailsAreSwept(t *testing.T) {
	s := newSwept(t, nil)
	old, young, large := s.store(t, "a.jpg", "10x10", 48*time.Hour), s.store(t, "b.jpg", "10x10", time.Hour), s.store(t, "b.jpg", "99x99", 0)
	swept, err := s.Sweep(t.Context(), thumbnail.Sweep{MaxAge: 24 * time.Hour, Keep: func(e thumbnail.Entry) bool {
		assert.True(t, e.Current)
		assert.Equal(t, int64(10), e.Size)
		return e.Spec.Size.Width < 50
	}})
	require.NoError(t, err)
	assert.Equal(t, 2, swept.Removed)
	assert.Equal(t, []bool{false, true, false}, []bool{s.has(t, old), s.has(t, young), s.has(t, large)})
}

func TestBeyondMaxBytesTheLeastRecentlyUsedThumbnailsAreSwept(t *testing.T) {
	for _, dry := range []bool{true, false} {
		s := newSwept(t, nil)
		var keys []string
		for i := range 20 {
			keys = append(keys, s.store(t, "a.jpg", thumbnail.Size{Width: i + 1}.String(), time.Duration(20-i)*time.Hour))
		}
		orphan := s.store(t, "gone.jpg", "10x10", 0)
		swept, err := s.Sweep(t.Context(), thumbnail.Sweep{MaxBytes: 75, DryRun: dry})
		require.NoError(t, err)
		assert.Equal(t, thumbnail.Swept{Removed: 14, Kept: 7, RemovedBytes: 140, KeptBytes: 70}, swept)
		for i, key := range keys {
			assert.Equal(t, dry || i >= 13, s.has(t, key), "%d", i)
		}
		assert.Equal(t, dry, s.has(t, orphan))
	}
}

func TestASweepNeedsAStorageThatListsAndRemoves(t *testing.T) {
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: storage.NewMemory(), Storage: struct{ thumbnail.Storage }{storage.NewMemory()}, Signer: newSigner(t)})
	require.NoError(t, err)
	_, err = h.Sweep(t.Context(), thumbnail.Sweep{})
	assert.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestAKeyThatWasReplacedIsNotCurrent(t *testing.T) {
	s := newSwept(t, nil)
	s.store(t, "a.jpg", "10x10", 0)
	rotated, err := thumbnail.NewSigner([]byte("another key of 16 bytes"), []byte("0123456789abcdef"))
	require.NoError(t, err)
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: storage.FS(fstest.MapFS{"a.jpg": {}}), Storage: s.thumbs, Signer: rotated})
	require.NoError(t, err)
	swept, err := h.Sweep(t.Context(), thumbnail.Sweep{Keep: func(e thumbnail.Entry) bool { return e.Current }})
	require.NoError(t, err)
	assert.Equal(t, 1, swept.Removed)
}

func TestUsesReportsOnlyThumbnailsOfPresets(t *testing.T) {
	l := siteLinks(t)
	for _, original := range []image.Point{{777, 555}, {20000, 3}, {3, 20000}, {9000, 9000}, {1, 1}, {1200, 599}} {
		for s := range l.Specs(row{"a.jpg", thumbnail.Info{Width: original.X, Height: original.Y}}) {
			assert.True(t, l.Uses(s), "%v: %+v", original, s)
		}
	}
	for s := range l.Specs("a.jpg") {
		assert.True(t, l.Uses(s), "%+v", s)
	}
	for _, s := range []thumbnail.Spec{
		spec(t, "a.jpg", "400x301", "crop", ".jpg"), spec(t, "a.jpg", "400x300", "smart", ".jpg"), spec(t, "a.jpg", "400x300", "crop", ".gif"),
		spec(t, "a.jpg", "400x", "crop", ".jpg"), spec(t, "a.jpg", "48x48", "cropped", ".jpg"),
		spec(t, "a.jpg", "1602x", "scale", ".jpg"), spec(t, "a.jpg", "x602", "scale", ".jpg"), spec(t, "a.jpg", "98x98", "crop", ".avif"),
		spec(t, "a.jpg", "400x300", "padded_ffffff", ".jpg"), spec(t, "a.jpg", "100x100", "focu", ".jpg"),
	} {
		assert.False(t, l.Uses(s), "%+v", s)
	}
	assert.True(t, l.Uses(spec(t, "a.jpg", "100x100", "focus_10_20", ".jpg")))
	assert.False(t, l.Uses(spec(t, "a.jpg", "100x100", "focusx10_20", ".jpg")))
}

func TestUsesReportsNothingBeyondTheWidthsThatPagesRequest(t *testing.T) {
	widths := func(method string) thumbnail.Links {
		l := siteLinks(t)
		l.Presets = thumbnail.Presets{"w": {Size: size(640, 480), Method: method, Widths: []int{320, 640}}}
		return l
	}
	for _, method := range []string{"crop", "focus", "pad_ffffff"} {
		l := widths(method)
		assert.True(t, l.Uses(spec(t, "a.jpg", "640x480", method, ".jpg")), method)
		assert.False(t, l.Uses(spec(t, "a.jpg", "1280x960", method, ".jpg")), method)
	}
	// A page that does not know the original requests densities 1 and 2 of a method that fits it into a box.
	for _, method := range []string{"fit", "scale"} {
		l := widths(method)
		assert.True(t, l.Uses(spec(t, "a.jpg", "1280x960", method, ".jpg")), method)
		assert.False(t, l.Uses(spec(t, "a.jpg", "1920x1440", method, ".jpg")), method)
	}
	for _, method := range []string{"crop", "scale", "focus", "fit"} {
		l := widths(method)
		for _, original := range []any{
			"a.jpg", row{"a.jpg", thumbnail.Info{Width: 2000}}, row{"a.jpg", thumbnail.Info{Width: 3000, Height: 2000, Focus: image.Pt(10, 20)}},
			row{"a.jpg", thumbnail.Info{Width: 500, Height: 2000}}, row{"a.jpg", thumbnail.Info{Width: 1, Height: 1}},
		} {
			for s := range l.Specs(original) {
				assert.True(t, l.Uses(s), "%v: %+v", original, s)
			}
		}
	}
}
