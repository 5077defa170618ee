package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAHandlerDoesNotChangeGOMAXPROCS(t *testing.T) {
	before := runtime.GOMAXPROCS(3)
	defer runtime.GOMAXPROCS(before)
	s := newSite(t)
	for _, workers := range []int{0, 2} {
		s.Workers = workers
		s.handler(t)
		assert.Equal(t, 3, runtime.GOMAXPROCS(0))
	}
}

func TestQueuedWorkIsDroppedWhenTheLastOfSeveralRequestsHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.Wait = 1, time.Minute
		s.Processors = thumbnail.Processors{"work": working(3 * time.Second)}
		h := s.handler(t)
		done := make(chan int)
		go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "work", ".jpg")).Code }()
		synctest.Wait()
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second+time.Duration(i))
			defer cancel()
			go func() {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, s.url(t, "k.jpg", "6x6", "work", ".jpg"), nil))
				done <- 0
			}()
			synctest.Wait()
		}
		assert.Equal(t, 1, h.Stats().Queued)
		for range 3 {
			assert.Zero(t, <-done)
		}
		synctest.Wait()
		assert.Zero(t, h.Stats().Queued)
		assert.Equal(t, 200, <-done)
		assert.EqualValues(t, 1, s.storage.put.Load())
	})
}

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

// closingDir is a directory that counts the open files.
type closingDir struct {
	*storage.Dir
	open *atomic.Int64
}

func (c closingDir) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := c.Dir.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	return &closes{f, c.open}, nil
}

func TestOriginalsAreClosedAfterASweepAndAfterTheSecondLook(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "k.jpg"), photo(t, 200, 100), 0o644))
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	s := newSite(t)
	var open atomic.Int64
	s.Source = closingDir{dir, &open}
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Zero(t, open.Load(), "a local original is looked at again before the thumbnail is stored")
	s.Storage = s.storage.Storage
	_, err = s.handler(t).Sweep(t.Context(), thumbnail.Sweep{})
	require.NoError(t, err)
	assert.Zero(t, open.Load())
}

func TestASourceThatReturnsNoFileAtTheSecondOpenHasChanged(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "k.jpg"), photo(t, 200, 100), 0o644))
	dir, err := storage.OpenDir(root)
	require.NoError(t, err)
	defer dir.Close()
	s := newSite(t)
	s.Source = fickle{dir, new(atomic.Int64)}
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Zero(t, s.storage.put.Load())
}

// fickle returns no file at each second call.
type fickle struct {
	*storage.Dir
	n *atomic.Int64
}

func (f fickle) Open(ctx context.Context, key string) (fs.File, error) {
	if f.n.Add(1)%2 == 0 {
		return nil, nil
	}
	return f.Dir.Open(ctx, key)
}

// onePixel is an encoder that encodes no more than n pixels.
type onePixel struct {
	processors.JPEG
	n int64
}

func (e onePixel) PixelLimit() int64 { return e.n }

func TestLinksKnowTheLimitsOfEncoders(t *testing.T) {
	for limit, refused := range map[int64]bool{0: false, 1: true, 3: true, 4: false} {
		s := newSite(t)
		s.Encoders = thumbnail.Encoders{".jpg": onePixel{n: limit}}
		s.Presets = thumbnail.Presets{"p": {Size: size(2, 2)}}
		_, err := thumbnail.NewHandler(s.Config)
		assert.Equal(t, refused, errors.Is(err, thumbnail.ErrInvalid), "%d: %v", limit, err)
	}
}

func TestAnOriginalOfWhichOneSideIsNotKnownIsNotKnown(t *testing.T) {
	l := siteLinks(t)
	for info, files := range map[thumbnail.Info]string{
		{Height: 500}: "400x300 1x, 800x600 2x",
		{Width: 600}:  "400x300 1x, 600x450 1.5x",
	} {
		img, err := l.Image(row{"a.jpg", info}, "card")
		require.NoError(t, err)
		assert.Equal(t, files, strings.Join(sizesIn(img.Srcset), ", "), info)
		img, err = l.Image(row{"a.jpg", info}, "fit")
		require.NoError(t, err)
		assert.Zero(t, img.Width, "a fitted picture has a size that depends on both")
	}
}

// A plan is a Planner whose Process fails.
type plan func(original image.Point, width, height int) (image.Point, image.Rectangle)

func (p plan) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	return p(original, width, height)
}
func (plan) Process(context.Context, image.Image, int, int) (image.Image, error) { return nil, errBoom }

func TestAFileIsNotLargerThanItsOriginalOnEitherSide(t *testing.T) {
	fixed := image.Rect(0, 0, 50, 50)
	for name, c := range map[string]struct {
		plan  plan
		files string
	}{
		"stretched": {func(_ image.Point, w, h int) (image.Point, image.Rectangle) {
			return image.Pt(w, h), image.Rect(0, 0, w, h)
		}, "100x100 100w, 120x120 120w"},
		"fitted into both": {func(o image.Point, w, h int) (image.Point, image.Rectangle) {
			p := image.Pt(min(w, o.X), min(h, o.Y))
			return p, image.Rectangle{Max: p}
		}, "100x100 100w, 150x150 120w"},
		"of one size": {func(image.Point, int, int) (image.Point, image.Rectangle) { return fixed.Max, fixed }, "100x100 1x, 120x120 1.2x"},
	} {
		s := newSite(t)
		s.Processors = thumbnail.Processors{"odd": c.plan}
		preset := thumbnail.Preset{Size: size(100, 100), Method: "odd", Widths: []int{100, 1000}}
		if name == "of one size" { // all of its files have the same width
			preset.Widths, preset.Densities = nil, []float64{1, 1.4}
		}
		s.Presets = thumbnail.Presets{"p": preset}
		img, err := s.handler(t).Links("/").Image(row{"k.jpg", thumbnail.Info{Width: 120, Height: 150}}, "p")
		require.NoError(t, err)
		assert.Equal(t, c.files, strings.Join(sizesIn(img.Srcset), ", "), name)
	}
}

// toy is a format whose header takes memory.
func toy(take int64, took *[]error) processors.Format {
	return processors.Format{
		Name: "toy", Match: func(head []byte) bool { return bytes.HasPrefix(head, []byte("TOY")) },
		Header: func(ctx context.Context, _ io.Reader) (processors.FormatHeader, error) {
			err := processors.Reserve(ctx, take)
			*took = append(*took, err)
			if err == nil {
				processors.Unreserve(ctx, take)
			}
			return processors.FormatHeader{Width: 20, Height: 10, Bytes: 8 << 20}, err
		},
		Decode: func(context.Context, []byte) (image.Image, error) {
			return image.NewNRGBA(image.Rect(0, 0, 20, 10)), nil
		},
	}
}

func TestAHeaderMayTakeAMegabyteAndThreeTimesItsFile(t *testing.T) {
	const file = 1 << 20
	data := append([]byte("TOY"), make([]byte, file-3)...)
	for take, status := range map[int64]int{1 << 20: 200, 4<<20 - 1000: 200, 4<<20 + 4: 422} {
		var took []error
		s := newSite(t)
		s.Formats = []processors.Format{toy(take, &took)}
		s.source.source = storage.FS(fstest.MapFS{"k.toy": {Data: data}})
		h := s.handler(t)
		assert.Equal(t, status, get(h, s.url(t, "k.toy", "5x5", "crop", ".jpg")).Code, "%d: %v", take, took)
		assert.Equal(t, take <= 1<<20, took[0] == nil, "the first attempt has a megabyte")
		assert.Zero(t, h.Stats().Memory)
	}
}

func TestTheMemoryOfTheFileIsNotForTheSteps(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 8<<20)...)}})
	s.Processors = thumbnail.Processors{"greedy": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		if err := processors.Reserve(ctx, 5<<20); err != nil {
			return nil, err
		}
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "5x5", "greedy", ".jpg")).Code)
}

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

func TestAPathMayHaveAThousandBytesAndNoMore(t *testing.T) {
	signer := newSigner(t)
	source := func(n int) string { return strings.Repeat(strings.Repeat("s", 99)+"/", 9) + strings.Repeat("t", n) }
	u, err := thumbnail.URL("", signer, spec(t, source(1), "5x5", "crop", ".jpg"))
	require.NoError(t, err)
	room := 1000 - len(u) + 1
	u, err = thumbnail.URL("", signer, spec(t, source(room), "5x5", "crop", ".jpg"))
	require.NoError(t, err)
	assert.Len(t, u, 1000)
	_, _, err = thumbnail.ParsePath(u)
	assert.NoError(t, err)
	_, err = thumbnail.URL("", signer, spec(t, source(room+1), "5x5", "crop", ".jpg"))
	assert.ErrorIs(t, err, thumbnail.ErrInvalid)
	_, _, err = thumbnail.ParsePath(strings.Replace(u, "s", "ss", 1))
	assert.ErrorIs(t, err, thumbnail.ErrInvalid)
}

func TestAnErrorIsNeverSniffedWhateverTheResponderDidWithTheHeaders(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		clear(w.Header())
		return errBoom
	})
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

// twofold is a file that describes itself as a file of the operating system, and then as another kind.
type twofold struct {
	*os.File
	n int
}

func (f *twofold) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	if f.n++; f.n > 1 && err == nil {
		return plainInfo{info}, nil
	}
	return info, err
}

// plainInfo hides the type of a FileInfo.
type plainInfo struct{ fs.FileInfo }

func TestAFileThatDescribesItselfInTwoWaysHasNotChanged(t *testing.T) {
	name := filepath.Join(t.TempDir(), "k.jpg")
	require.NoError(t, os.WriteFile(name, photo(t, 200, 100), 0o644))
	s := newSite(t)
	s.source.open = func(context.Context, string) (fs.File, error) {
		f, err := os.Open(name)
		return &twofold{File: f}, err
	}
	require.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.EqualValues(t, 1, s.source.opened.Load())
}
