package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// slowFile takes a second for each Read and each Close.
type slowFile struct{ fs.File }

func (f slowFile) Read(p []byte) (int, error) { time.Sleep(time.Second); return f.File.Read(p) }

func TestAnEventHasTheDurationOfEachStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		o := &observer{}
		s.Observer, s.ServerTiming, s.Timeout = o, true, time.Hour
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			time.Sleep(2 * time.Second)
			f, err := s.source.source.Open(ctx, key)
			return slowFile{f}, err
		}
		s.storage.failPut = func() error { time.Sleep(30 * time.Second); return nil }
		s.Processors = thumbnail.Processors{"work": working(5 * time.Second)}
		s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(w io.Writer, img image.Image) error {
			time.Sleep(7 * time.Second)
			return processors.JPEG{}.Encode(w, img)
		})}
		w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "work", ".jpg"))
		require.Equal(t, 200, w.Code)
		timing := o.events[0].Timing
		reads := timing.Source - 2*time.Second
		assert.Zero(t, reads%time.Second)
		assert.GreaterOrEqual(t, reads, 2*time.Second, "the header, and the whole")
		assert.Equal(t, thumbnail.Timing{Source: timing.Source, Process: 5 * time.Second, Encode: 7 * time.Second, Store: 30 * time.Second}, timing)
		assert.Equal(t, timing.Source+42*time.Second, o.events[0].Duration)
		assert.Equal(t, fmt.Sprintf("source;dur=%d000.000, process;dur=5000.000, encode;dur=7000.000, store;dur=30000.000", timing.Source/time.Second), w.Header().Get("Server-Timing"))
	})
}

func TestARefusalOfAProcessorIsRememberedOnlyForThatThumbnail(t *testing.T) {
	s := newSite(t)
	runs := 0
	s.Processors = thumbnail.Processors{"odd": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		runs++
		time.Sleep(time.Millisecond)
		if w == 5 {
			return nil, thumbnail.ErrTooLarge
		}
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	for range 2 {
		assert.Equal(t, 422, get(h, s.url(t, "k.jpg", "5x5", "odd", ".jpg")).Code)
	}
	assert.Equal(t, 1, runs)
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "6x6", "odd", ".jpg")).Code)
}

func TestAThumbnailThatIsNotStoredIsStreamedForEveryResponder(t *testing.T) {
	s := newSite(t)
	s.ServedElsewhere = true
	s.Responder = response.Nginx{Prefix: "/internal/"}
	h := s.handler(t)
	w := get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.NotEmpty(t, w.Header().Get("X-Accel-Redirect"))
	s.storage.failPut = func() error { return errBoom }
	w = get(h, s.url(t, "k.jpg", "6x6", "crop", ".jpg"))
	assert.Empty(t, w.Header().Get("X-Accel-Redirect"))
	assert.Equal(t, image.Pt(6, 6), sizeOf(t, w.Body.Bytes()))
}

func TestStatsCountClientsThatHaveGone(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, s.url(t, "k.jpg", "5x5", "crop", ".jpg"), nil))
	assert.EqualValues(t, 1, h.Stats().Gone)
	assert.Zero(t, h.Stats().Failed)
}

func TestARequestThatJoinedAfterTheLeaderLeftMayLeaveToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = time.Minute
		s.Processors = thumbnail.Processors{"work": working(10 * time.Second)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "work", ".jpg")
		done := make(chan int, 3)
		visit := func(patience time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
			done <- w.Code
		}
		go visit(time.Second)
		time.Sleep(2 * time.Second)
		go visit(time.Second)
		time.Sleep(2 * time.Second)
		visit(time.Minute)
		codes := []int{<-done, <-done, <-done}
		slices.Sort(codes)
		assert.Equal(t, []int{200, 200, 404}, codes, "whoever leads gets it, though its client has gone")
		assert.EqualValues(t, 1, s.storage.put.Load(), "one generation, although its audience went twice")
	})
}

func TestAnErrorOfAMethodNamesTheMethodOrTheArguments(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for method, says := range map[string]string{
		"sepia": `method "sepia" is not one of crop`, "sepia_1": `method "sepia_1" is not one of crop`, "crop_1": `crop takes no arguments`, "focus_200_1": `numbers of 0 to 100`,
	} {
		err := h.Generate(t.Context(), spec(t, "k.jpg", "5x5", method, ".jpg"))
		assert.ErrorContains(t, err, says)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid)
	}
}

func TestTheAbilitiesOfAConfigAreLogged(t *testing.T) {
	s := newSite(t)
	s.Logger = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.handler(t)
	assert.Contains(t, s.log.String(), `"have arguments"="[focus pad]"`)
	assert.Contains(t, s.log.String(), `"extensions that animate"="[.gif .webp]"`)
}

// cmykTIFF returns a picture of one color.
func cmykTIFF(c, m, y, k byte) []byte {
	return pieces.NewTIFF(8, 8, 8, 4, 5, bytes.Repeat([]byte{c, m, y, k}, 8*8)).Encode()
}

func TestNaiveCMYKIsWhatBrowsersShow(t *testing.T) {
	look := func(naive bool) color.NRGBA {
		s := newSite(t)
		s.NaiveCMYK = naive
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: cmykTIFF(255, 0, 0, 51)}})
		w := get(s.handler(t), s.url(t, "k.jpg", "8x8", "crop", ".png"))
		require.Equal(t, 200, w.Code, w.Body)
		img, err := png.Decode(w.Body)
		require.NoError(t, err)
		return color.NRGBAModel.Convert(img.At(4, 4)).(color.NRGBA)
	}
	assert.Equal(t, color.NRGBA{0, 204, 204, 255}, look(true))
	assert.NotEqual(t, color.NRGBA{0, 204, 204, 255}, look(false))
}

func TestAMethodThatDoesNotPlanHasFilesOfUnknownSize(t *testing.T) {
	s := newSite(t)
	s.Processors = thumbnail.Processors{"odd": working(0)}
	s.Presets = thumbnail.Presets{"p": {Size: size(100, 50), Method: "odd"}}
	img, err := s.handler(t).Links("/").Image(row{"k.jpg", thumbnail.Info{Width: 900, Height: 900}}, "p")
	require.NoError(t, err)
	assert.Zero(t, img.Width)
	assert.Equal(t, []string{"100x50 1x", "200x100 2x"}, sizesIn(img.Srcset))
}

func TestFilesThatHaveTheSameWidthAreOfferedOnce(t *testing.T) {
	l := siteLinks(t)
	l.Presets["p"] = thumbnail.Preset{Size: size(400, 300), Method: "fit", Widths: []int{100, 101, 400}}
	img, err := l.Image(row{"a.jpg", thumbnail.Info{Width: 1000, Height: 3000}}, "p")
	require.NoError(t, err)
	assert.Equal(t, []string{"100x75 25w", "400x300 100w"}, sizesIn(img.Srcset))
}

func TestAnUnknownSideIsAssumedToBeThatOfAPortrait(t *testing.T) {
	l := siteLinks(t)
	l.Presets["wide"] = thumbnail.Preset{Size: size(500, 0), Method: "scale", Ext: ".avif", Widths: []int{500, 1000, 1002}}
	l.Presets["high"] = thumbnail.Preset{Size: size(0, 500), Method: "scale", Ext: ".avif", Densities: []float64{1, 2, 2.004}}
	l.PixelLimits = map[string]int64{".avif": 1_500_000}
	for preset, want := range map[string][]string{"wide": {"500x 500w", "1000x 1000w"}, "high": {"x500 1x", "x1000 2x"}} {
		img, err := l.Image("a.jpg", preset)
		require.NoError(t, err)
		assert.Equal(t, want, sizesIn(img.Srcset), preset)
	}
}

func TestASourceThatIsEmptyHasNoFiles(t *testing.T) {
	for range siteLinks(t).Specs("") {
		t.Fatal("there is one")
	}
	for range siteLinks(t).Specs(7) {
		t.Fatal("there is one")
	}
	got, err := renderWith(t, siteLinks(t), `{{with thumbnail "a.jpg" "1x" "crop" ".jpg" .}}{{.Version}}{{end}}`, 0)
	require.NoError(t, err)
	assert.Equal(t, "0", got, "a version of 0 is one")
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

func TestRemoveDoesNotWaitForAPutThatHonorsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		st := slowStorage{storage.NewMemory(), newGate(), false}
		s.Storage = st
		h := s.handler(t)
		done := make(chan int)
		go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code }()
		synctest.Wait()
		require.EqualValues(t, 1, st.put.arrived.Load())
		start := time.Now()
		require.NoError(t, h.Remove(t.Context(), "k.jpg"))
		assert.Equal(t, 200, <-done)
		assert.Zero(t, time.Since(start))
	})
}
