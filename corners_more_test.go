package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAnEventHasTheWaitForASharedGeneration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = time.Minute
		o := &observer{}
		s.Observer = o
		s.Processors = thumbnail.Processors{"work": working(10 * time.Second)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "work", ".jpg")
		done := make(chan int, 2)
		go func() { done <- get(h, url).Code }()
		time.Sleep(4 * time.Second)
		assert.Equal(t, 200, get(h, url).Code)
		assert.Equal(t, 200, <-done)
		waits := map[thumbnail.Outcome]time.Duration{}
		for _, e := range o.events {
			waits[e.Outcome] = e.Timing.Wait
		}
		assert.Equal(t, map[thumbnail.Outcome]time.Duration{thumbnail.OutcomeGenerated: 0, thumbnail.OutcomeShared: 6 * time.Second}, waits)
	})
}

func TestAnEventHasTheWaitForALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Wait = memory, time.Minute
		o := &observer{}
		s.Observer = o
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
		time.AfterFunc(7*time.Second, func() { _ = unlock() })
		assert.Equal(t, 200, get(s.handler(t), url).Code)
		assert.Equal(t, 7*time.Second, o.events[0].Timing.Wait)
	})
}

func TestAnOriginalMayHaveAtMostMaxSourceBytes(t *testing.T) {
	for _, n := range []int{5000, 256 << 10, 256<<10 + 1, 1 << 20, 4 << 20} {
		data := photo(t, 40, 30)
		data = append(data, make([]byte, n-len(data))...)
		for name, open := range map[string]func() fs.File{
			"of a known size": func() fs.File {
				return storage.NewFile(bytes.NewReader(data), storage.Info{Name: "k.jpg"})
			},
			"of none": func() fs.File { return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg"}) },
			"of a known size that can't seek": func() fs.File {
				return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg", Size: int64(n)})
			},
		} {
			for limit, status := range map[int]int{n - 1: 422, n: 200, n + 1: 200} {
				s := newSite(t)
				s.MaxSourceBytes = int64(limit)
				s.source.open = func(context.Context, string) (fs.File, error) { return open(), nil }
				h := s.handler(t)
				assert.Equal(t, status, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code, "%d bytes %s, limit %d", n, name, limit)
				assert.Zero(t, h.Stats().Memory)
			}
		}
	}
}

func TestATruncatingEncoderIsCalledTwiceForEachThumbnail(t *testing.T) {
	s := newSite(t)
	half := func(w io.Writer, img image.Image) error {
		var b bytes.Buffer
		if err := (processors.JPEG{}).Encode(&b, img); err != nil {
			return err
		}
		_, err := w.Write(b.Bytes()[:b.Len()/2])
		return err
	}
	s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(half)}
	h := s.handler(t)
	urls := []string{s.url(t, "k.jpg", "50x50", "crop", ".jpg"), s.url(t, "k.jpg", "60x60", "crop", ".jpg"), s.url(t, "k.jpg", "70x70", "crop", ".jpg")}
	for range 5 {
		for _, url := range urls {
			assert.Equal(t, 200, get(h, url).Code)
		}
	}
	assert.EqualValues(t, 2*len(urls), s.storage.put.Load())
}

func TestNoSideOfAFileIsZero(t *testing.T) {
	l := siteLinks(t)
	l.Presets["flat"] = thumbnail.Preset{Size: size(100, 1), Densities: []float64{0.1, 1}}
	l.Presets["line"] = thumbnail.Preset{Size: size(100, 2), Widths: []int{10, 100}}
	for preset, want := range map[string][]string{"flat": {"10x1 0.1x", "100x1 1x"}, "line": {"10x1 10w", "100x2 100w"}} {
		img, err := l.Image("a.jpg", preset)
		require.NoError(t, err)
		assert.Equal(t, want, sizesIn(img.Srcset), preset)
	}
	many := make([]float64, 33)
	for i := range many {
		many[i] = 1
	}
	l.Presets = thumbnail.Presets{"p": {Size: size(10, 10), Densities: many}}
	assert.ErrorContains(t, l.Check(), "more than 32 files")
	l.Presets = thumbnail.Presets{"p": {Size: size(10, 10), Densities: many[:32]}}
	assert.NoError(t, l.Check())
}

func TestAStoredThumbnailIsOpenedOnce(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 20, 10)}})
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.Equal(t, 200, get(h, url).Code)
	before := s.storage.opened.Load()
	require.Equal(t, 200, get(h, url).Code)
	assert.EqualValues(t, before+1, s.storage.opened.Load(), "a hit opens one file")
}

// A flight that has not opened its original yet is not suspect, whatever modification times the source
// reports.
func TestAFlightWithoutAnOpenOriginalIsStoredAfterGenerate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Wait = memory, time.Minute
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
		done := make(chan string)
		go func() { done <- get(h, url).Header().Get("Cache-Control") }()
		synctest.Wait()
		require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "crop", ".jpg")))
		require.NoError(t, unlock())
		assert.NotEqual(t, "no-store", <-done)
		f, err := s.storage.Open(t.Context(), url[1:])
		require.NoError(t, err)
		require.NoError(t, f.Close())
	})
}

// slowLocker grants every lock after a delay.
type slowLocker struct{ d time.Duration }

func (l slowLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	time.Sleep(l.d)
	return func() error { return nil }, true, nil
}

func TestALockerTakesAtMostHalfOfTheTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		locker thumbnail.Locker
		method string
		status int
		took   time.Duration
	}{
		"a slow one":         {slowLocker{10 * time.Second}, "crop", 200, 10 * time.Second},
		"and slow work":      {slowLocker{10 * time.Second}, "hang", 503, 30 * time.Second},
		"one that hangs":     {hangingLocker{}, "crop", 200, 15 * time.Second},
		"and work that does": {hangingLocker{}, "hang", 503, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.Locker = c.locker
			s.Processors = thumbnail.Processors{"hang": processorFunc(func(ctx context.Context, _ image.Image, _, _ int) (image.Image, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})}
			start := time.Now()
			assert.Equal(t, c.status, get(s.handler(t), s.url(t, "k.jpg", "5x5", c.method, ".jpg")).Code, name)
			assert.Equal(t, c.took, time.Since(start), name)
		})
	}
}

func TestAJobWaitsIfTheQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxQueue, s.QueueTimeout = 1, 1, time.Minute
		s.Processors = thumbnail.Processors{"work": working(5 * time.Second)}
		h := s.handler(t)
		done := make(chan int, 2)
		for _, size := range []string{"5x5", "6x6"} {
			go func() { done <- get(h, s.url(t, "k.jpg", size, "work", ".jpg")).Code }()
			synctest.Wait()
		}
		require.Equal(t, 1, h.Stats().Queued)
		one := func(yield func(thumbnail.Spec) bool) { yield(spec(t, "k.jpg", "7x7", "crop", ".jpg")) }
		require.NoError(t, h.GenerateAll(t.Context(), one, nil))
		assert.Equal(t, 200, <-done)
		assert.Equal(t, 200, <-done)
	})
}

func TestAnOriginalOfOneRowHasAKnownSize(t *testing.T) {
	for _, info := range []thumbnail.Info{{Width: 100, Height: 1}, {Width: 1, Height: 100}} {
		img, err := siteLinks(t).Image(row{"a.jpg", info}, "fit")
		require.NoError(t, err)
		assert.Equal(t, [2]int{info.Width, info.Height}, [2]int{img.Width, img.Height})
	}
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

// QueueTimeout limits the time in both queues together.
func TestTheQueuesForMemoryAndForWorkersShareTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxMemory, s.QueueTimeout = 1, 6<<20, 10*time.Second
		s.Processors = thumbnail.Processors{"work": working(6 * time.Second)}
		big := append(photo(t, 20, 10), make([]byte, 3<<20)...)
		s.source.source = storage.FS(fstest.MapFS{"big.jpg": {Data: big}, "small.jpg": {Data: photo(t, 20, 10)}})
		h := s.handler(t)
		codes := map[string]chan int{}
		for i, source := range []string{"big.jpg", "small.jpg", "big.jpg"} {
			size := []string{"5x5", "6x6", "7x7"}[i]
			codes[size] = make(chan int, 1)
			go func() { codes[size] <- get(h, s.url(t, source, size, "work", ".jpg")).Code }()
			synctest.Wait()
		}
		start := time.Now()
		assert.Equal(t, 503, <-codes["7x7"], "6 s for the memory, and 4 s for the worker")
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.Equal(t, 200, <-codes["5x5"])
		assert.Equal(t, 200, <-codes["6x6"])
	})
}

func TestLinksOfferAFileAtTheLimits(t *testing.T) {
	l := siteLinks(t)
	l.MaxWidth, l.MaxHeight, l.PixelLimits = 2000, 1000, map[string]int64{".jpg": 2_000_000}
	img, err := l.Image("a.jpg", "hero")
	require.NoError(t, err)
	assert.Contains(t, img.Srcset, " 2000w")
	for _, change := range []func(){
		func() { l.MaxWidth = 1999 }, func() { l.MaxWidth, l.MaxHeight = 2000, 999 }, func() { l.MaxHeight, l.PixelLimits = 1000, map[string]int64{".jpg": 1_999_999} },
	} {
		change()
		img, err := l.Image("a.jpg", "hero")
		require.NoError(t, err)
		assert.NotContains(t, img.Srcset, " 2000w")
	}
	got, err := renderWith(t, siteLinks(t), `{{img . "fit" "alt" ""}}`, row{"a.jpg", thumbnail.Info{Width: 1, Height: 1}})
	require.NoError(t, err)
	assert.Contains(t, got, ` width="1" height="1" `)
}

// vanishing is a local source whose originals disappear.
type vanishing struct{ *storage.Memory }

func TestAnOriginalThatDisappearsWhileItIsProcessedIs404(t *testing.T) {
	s := newSite(t)
	source := vanishing{storage.NewMemory()}
	require.NoError(t, source.Put(t.Context(), "k.jpg", bytes.NewReader(photo(t, 20, 10))))
	s.Source = source
	s.Processors = thumbnail.Processors{"odd": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		assert.NoError(t, source.Remove(ctx, "k.jpg"))
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "odd", ".jpg")
	assert.Equal(t, 404, get(h, url).Code)
	assert.Zero(t, s.storage.put.Load())
	assert.Zero(t, h.Stats().Memory)
}

func TestAPlaceholderHasAContentLength(t *testing.T) {
	s := newSite(t)
	s.ErrorHandler = thumbnail.Placeholder(fstest.MapFS{"p.jpg": {Data: photo(t, 20, 10)}}, "p.jpg")
	h := s.handler(t)
	url := s.url(t, "none.jpg", "5x5", "crop", ".jpg")
	for _, method := range []string{"GET", "HEAD"} {
		w := request(h, method, url)
		assert.Equal(t, strconv.Itoa(len(photo(t, 20, 10))), w.Header().Get("Content-Length"), method)
		assert.Equal(t, method == "GET", w.Body.Len() > 0)
	}
}

func TestATooLargeThumbnailIsRememberedOnlyForItself(t *testing.T) {
	s := newSite(t)
	s.MaxWidth, s.MaxHeight = 400, 400
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 20, 3000)}})
	h := s.handler(t)
	for range 2 {
		assert.Equal(t, 422, get(h, s.url(t, "k.jpg", "300x", "scale", ".jpg")).Code)
	}
	assert.EqualValues(t, 1, s.source.opened.Load(), "it is remembered")
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
}

// sleepyWriter is a client that takes a minute for each part.
type sleepyWriter struct{ *httptest.ResponseRecorder }

func (w sleepyWriter) Write(p []byte) (int, error) {
	time.Sleep(time.Minute)
	return w.ResponseRecorder.Write(p)
}

func TestMemoryIsFreeForOthersWhileAResultIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Workers, s.MaxMemory, s.QueueTimeout = 2, 6<<20, time.Hour
		s.Processors = thumbnail.Processors{"work": working(6 * time.Second)}
		s.storage.failPut = func() error { return errBoom } // so that the thumbnail is sent from memory
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 20, 10), make([]byte, 3<<20)...)}})
		h := s.handler(t)
		done := make(chan int, 2)
		for _, size := range []string{"5x5", "6x6"} {
			go func() {
				w := sleepyWriter{httptest.NewRecorder()}
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", size, "work", ".jpg"), nil))
				done <- w.Code
			}()
			synctest.Wait()
		}
		assert.Equal(t, 1, h.Stats().Queued)
		time.Sleep(7 * time.Second)
		assert.Zero(t, h.Stats().Queued, "the first is being sent, and the second has begun")
		assert.Equal(t, 200, <-done)
		assert.Equal(t, 200, <-done)
		assert.Zero(t, h.Stats().Memory)
	})
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
	got, err := renderWith(t, siteLinks(t), `{{with thumbnail "a.jpg" "1x" "crop" ".jpg" .}}{{.Version}}{{end}}`, uint64(25))
	require.NoError(t, err)
	assert.Equal(t, "25", got)
	got, err = renderWith(t, siteLinks(t), `{{with thumbnail "a.jpg" "1x" "crop" ".jpg" .}}{{.Version}}{{end}}`, int32(25))
	require.NoError(t, err)
	assert.Equal(t, "25", got)
}

func TestNoErrorPageFollowsAPartialAnswer(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, f fs.File) error {
		_, err := io.Copy(w, struct{ io.Reader }{f})
		return errors.Join(errBoom, err)
	})
	assert.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")) })
}

func TestATruncatedStoredThumbnailIsLoggedAsAWarning(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.NoError(t, s.storage.Storage.Put(t.Context(), url[1:], bytes.NewReader(photo(t, 50, 50)[:300])))
	w := get(h, url)
	assert.Equal(t, image.Pt(50, 50), sizeOf(t, w.Body.Bytes()))
	assert.Positive(t, countLines(s.log.String(), "a stored thumbnail is not whole"))
	assert.Contains(t, s.log.String(), "level=WARN")
}
