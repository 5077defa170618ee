package thumbnail_test

import (
	"context"
	"image"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// The client that began the generation leaves, but another request waits for it.
func TestAGenerationStaysInTheQueueForThoseWhoJoinedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		g := newGate()
		s.Workers = 1
		s.Processors = thumbnail.Processors{"slow": processorFunc(func(_ context.Context, src image.Image, _, _ int) (image.Image, error) {
			g.pass()
			return src, nil
		})}
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}, "slow.jpg": {Data: photo(t, 20, 10)}})
		h := s.handler(t)
		done := make(chan int)
		go func() { done <- get(h, s.url(t, "slow.jpg", "20x10", "slow", ".jpg")).Code }()
		synctest.Wait()
		url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan bool)
		go func() {
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, url, nil).WithContext(ctx))
			left <- true
		}()
		synctest.Wait()
		go func() { done <- get(h, url).Code }()
		synctest.Wait()
		leave()
		synctest.Wait()
		assert.Equal(t, 1, h.Stats().Queued, "it is not dropped")
		close(g.open)
		assert.Equal(t, 200, <-done)
		assert.Equal(t, 200, <-done)
		<-left
		assert.EqualValues(t, 2, s.source.opened.Load(), "it is not made again")
	})
}

// closing counts the files that are open.
type closing struct {
	fs.File
	open *int
}

func (c closing) Close() error { *c.open--; return c.File.Close() }

// The second look-up finds a thumbnail that another process has stored meanwhile.
func TestNoFileStaysOpenIfTheSecondLookUpFindsTheThumbnail(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	looks, open := 0, 0
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		if looks++; looks == 1 {
			return nil, fs.ErrNotExist
		}
		f, err := memory.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		open++
		return closing{f, &open}, nil
	}}
	s.Locker = struct{ thumbnail.Locker }{lock.NewMemory()}
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	other := newSite(t)
	other.Storage = memory
	require.Equal(t, 200, get(other.handler(t), url).Code)
	assert.Equal(t, 200, get(s.handler(t), url).Code)
	assert.Zero(t, open)
	assert.Zero(t, s.source.opened.Load())
}

func TestLinksAllowTheLargestSizeAndNoLarger(t *testing.T) {
	s := newSite(t)
	s.MaxWidth, s.MaxHeight = 300, 200
	h := s.handler(t)
	l := h.Links("/")
	for size, ok := range map[thumbnail.Size]bool{
		{Width: 300, Height: 200}: true, {Width: 300}: true, {Height: 200}: true,
		{Width: 301, Height: 1}: false, {Width: 1, Height: 201}: false,
	} {
		url, err := l.URL(thumbnail.Spec{Source: "k.jpg", Size: size, Method: "fit", Ext: ".jpg"})
		assert.Equal(t, ok, err == nil, "%v", size)
		if ok {
			assert.Equal(t, 200, get(h, url).Code, "%v", size)
		} else {
			assert.ErrorIs(t, err, thumbnail.ErrInvalid)
		}
	}
}

func TestSpecsOfAllPresetsAreInTheOrderOfTheirNames(t *testing.T) {
	s := newSite(t)
	s.Presets = thumbnail.Presets{}
	var want []int
	for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
		s.Presets[name] = thumbnail.Preset{Size: thumbnail.Size{Width: 10 + i, Height: 10}, Method: "crop", Ext: ".jpg"}
		want = append(want, 10+i)
	}
	l := s.handler(t).Links("/")
	for range 5 {
		var got []int
		for spec := range l.Specs("k.jpg") {
			if i := slices.Index(want, spec.Size.Width); i >= 0 && !slices.Contains(got, spec.Size.Width) {
				got = append(got, spec.Size.Width)
			}
		}
		assert.Equal(t, want, got)
	}
}

func TestCharactersThatNeedNoEscapeHaveNone(t *testing.T) {
	s := newSite(t)
	for _, plain := range []string{"azAZ09", "_.-~!*()'", "a/z/A/Z/0/9"} {
		url, err := thumbnail.URL("/", s.Signer, thumbnail.Spec{Source: plain + "x.jpg", Size: thumbnail.Size{Width: 5, Height: 5}, Method: "crop", Ext: ".jpg"})
		require.NoError(t, err)
		assert.Contains(t, url, plain+"x.jpg")
	}
	for char, escaped := range map[string]string{"@": "%40", "[": "%5B", "`": "%60", "{": "%7B", ":": "%3A", " ": "%20", "ä": "%C3%A4"} {
		url, err := thumbnail.URL("/", s.Signer, thumbnail.Spec{Source: "x" + char + "y.jpg", Size: thumbnail.Size{Width: 5, Height: 5}, Method: "crop", Ext: ".jpg"})
		require.NoError(t, err)
		assert.Contains(t, url, "x"+escaped+"y.jpg")
	}
}

func TestASizeIsReadOnlyFromText(t *testing.T) {
	for size, want := range map[thumbnail.Size]string{{}: "", {Width: 100}: "100x", {Height: 50}: "x50", {Width: 100, Height: 50}: "100x50"} {
		text, err := size.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
	}
}

// In a dry run, MaxBytes applies to the thumbnails that the first pass would have kept.
func TestADrySweepCountsWhatASweepRemoves(t *testing.T) {
	s := newSwept(t, nil)
	s.store(t, "gone.jpg", "10x10", 0)
	s.store(t, "gone.jpg", "20x20", 0)
	for _, size := range []string{"10x10", "20x20", "30x30"} {
		s.store(t, "a.jpg", size, 0)
	}
	dry, err := s.Sweep(t.Context(), thumbnail.Sweep{DryRun: true, MaxBytes: 20})
	require.NoError(t, err)
	real, err := s.Sweep(t.Context(), thumbnail.Sweep{MaxBytes: 20})
	require.NoError(t, err)
	assert.Equal(t, real, dry)
	assert.Equal(t, thumbnail.Swept{Removed: 3, Kept: 2, RemovedBytes: 30, KeptBytes: 20}, real)
}
