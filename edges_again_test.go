package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestBytesMayComeOneByOne(t *testing.T) {
	s := newSite(t)
	data := photo(t, 200, 100)
	s.source.open = func(context.Context, string) (fs.File, error) {
		return storage.NewFile(iotest.OneByteReader(bytes.NewReader(data)), storage.Info{Name: "k.jpg", Size: int64(len(data))}), nil
	}
	h := s.handler(t)
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	_, err := h.Check(t.Context(), iotest.OneByteReader(bytes.NewReader(data)))
	assert.NoError(t, err)
	_, err = thumbnail.Describe(t.Context(), s.source, "k.jpg")
	assert.NoError(t, err)
}

func TestAHangingLookEndsByTheTimeoutOrTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		o := &observer{}
		s.Observer, s.Timeout = o, 3*time.Second
		s.Storage = openFunc{s.storage, func(ctx context.Context, _ string) (fs.File, error) { <-ctx.Done(); return nil, errBoom }}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		assert.Equal(t, 503, get(h, url).Code)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
		assert.ErrorIs(t, o.events[0].Err, context.DeadlineExceeded)
		assert.Equal(t, thumbnail.OutcomeFailed, o.events[0].Outcome)
		assert.NotErrorIs(t, o.events[1].Err, errBoom, "that is not the storage's fault")
		assert.Equal(t, thumbnail.OutcomeGone, o.events[1].Outcome)
	})
}

func TestAPictureBeyondTheLimitIsOpenedOnceForAllSizesAndATooLargeResultForEach(t *testing.T) {
	huge := plan(func(o image.Point, w, h int) (image.Point, image.Rectangle) {
		p := image.Pt(9000/w, 9000/w)
		return p, image.Rectangle{Max: p}
	})
	for limit, opened := range map[int64]int64{200*100 - 1: 1, 200 * 100: 3} {
		s := newSite(t)
		s.MaxPixels = limit
		s.Processors = thumbnail.Processors{"huge": huge}
		h := s.handler(t)
		for _, size := range []string{"1x1", "2x2", "1x2"} {
			assert.Equal(t, 422, get(h, s.url(t, "k.jpg", size, "huge", ".jpg")).Code)
		}
		assert.Equal(t, opened, s.source.opened.Load(), limit)
		assert.NotContains(t, s.log.String(), "more than Config allows", "the path asks for no more")
	}
}

func TestAnEventOfASpecHasItsPathAndSpec(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	h := s.handler(t)
	sp := spec(t, "k.jpg", "5x5", "crop", ".jpg")
	h.ServeSpec(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/any", nil), sp)
	require.NoError(t, h.Generate(t.Context(), sp))
	require.Len(t, o.events, 2)
	for _, e := range o.events {
		assert.Equal(t, sp, e.Spec, e.Op)
		assert.Equal(t, s.url(t, "k.jpg", "5x5", "crop", ".jpg"), "/"+e.Path, e.Op)
	}
}

func TestAnErrorOfASpecIsNotCachedWhereTheProgramSetsCacheControl(t *testing.T) {
	h := newSite(t).handler(t)
	w := httptest.NewRecorder()
	w.Header().Set("Cache-Control", "public, max-age=9")
	h.ServeSpec(w, httptest.NewRequest(http.MethodGet, "/any", nil), thumbnail.Spec{})
	assert.Equal(t, 400, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

func TestWhatIsMadeTooLateIsNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Timeout = 3 * time.Second
		s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(w io.Writer, img image.Image) error {
			time.Sleep(4 * time.Second)
			return processors.JPEG{}.Encode(w, img)
		})}
		assert.Equal(t, 503, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
		assert.Zero(t, s.storage.put.Load())
	})
}

func TestDescribeCheckAndPingCloseAndEndWhatTheyUse(t *testing.T) {
	s := newSite(t)
	var open atomic.Int64
	counting := func(from func(ctx context.Context, key string) (fs.File, error)) func(ctx context.Context, key string) (fs.File, error) {
		return func(ctx context.Context, key string) (fs.File, error) {
			f, err := from(ctx, key)
			if err != nil {
				return nil, err
			}
			open.Add(1)
			return &closes{f, &open}, nil
		}
	}
	s.source.open = counting(s.source.source.Open)
	s.Storage = openFunc{s.storage, counting(s.storage.Open)}
	_, err := thumbnail.Describe(t.Context(), s.source, "k.jpg")
	require.NoError(t, err)
	assert.Zero(t, open.Load())
	var seen context.Context
	var took []error
	f := toy(1, &took)
	decode := f.Decode
	f.Decode = func(ctx context.Context, data []byte) (image.Image, error) { seen = ctx; return decode(ctx, data) }
	s.Formats = []processors.Format{f}
	h := s.handler(t)
	require.NoError(t, h.Ping(t.Context()))
	assert.Zero(t, open.Load())
	_, err = h.Check(t.Context(), strings.NewReader("TOY"))
	require.NoError(t, err)
	assert.ErrorIs(t, seen.Err(), context.Canceled)
}

func TestAFileThatIsWhollyAtHandIsLookedAtToItsEnd(t *testing.T) {
	half := photo(t, 200, 100)
	half = half[:len(half)/2]
	for first, taken := range map[int64]bool{int64(len(half)) - 1: true, int64(len(half)): false} {
		s := newSite(t)
		st := remoteStorage{storage.NewMemory(), t, first}
		s.storage.Storage = st
		h := s.handler(t)
		url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
		require.NoError(t, st.Put(t.Context(), url[1:], bytes.NewReader(half)))
		assert.Equal(t, taken, bytes.Equal(half, get(h, url).Body.Bytes()), first)
	}
}

func TestALargeThumbnailThatCanOnlyBeReadOnceIsSentWhole(t *testing.T) {
	s := newSite(t)
	data := append(photo(t, 200, 100), make([]byte, 1<<20)...)
	st := shortened{storage.NewMemory(), func(r *bytes.Reader) io.Reader { return io.MultiReader(r) }}
	s.storage.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.NoError(t, st.Put(t.Context(), url[1:], bytes.NewReader(data)))
	for range 2 {
		assert.True(t, bytes.Equal(data, get(h, url).Body.Bytes()))
	}
	assert.Zero(t, s.storage.put.Load())
}

func TestASourceOfATemplateIsAName(t *testing.T) {
	_, err := renderWith(t, siteLinks(t), `{{img . "avatar" "alt" ""}}`, 17)
	assert.ErrorContains(t, err, "a value of type int is neither")
	l := siteLinks(t)
	l.Presets = thumbnail.Presets{"only": l.Presets["avatar"]}
	_, err = renderWith(t, l, `{{img . "avatar" "alt" ""}}`, "a.jpg")
	assert.ErrorContains(t, err, "is not one of only")
}

func TestLinksWithMethodsOfTheirOwnKnowNoOthers(t *testing.T) {
	l := siteLinks(t)
	l.Methods = []string{"mine"}
	for method, known := range map[string]bool{"mine": true, "mine_1": true, "crop": false} {
		_, err := l.URL(spec(t, "k.jpg", "5x5", method, ".jpg"))
		assert.Equal(t, known, err == nil, "%s: %v", method, err)
	}
}

func TestUsesKnowsTheLargestFileOfEachKindOfPreset(t *testing.T) {
	l := siteLinks(t)
	l.Presets = thumbnail.Presets{
		"dense": {Size: size(50, 50), Densities: []float64{1, 3}}, "thin": {Size: size(10, 20), Densities: []float64{0.5}},
		"wide": {Size: size(600, 0), Method: "scale", Widths: []int{200, 1800}},
	}
	for _, c := range []struct {
		size, method string
		used         bool
	}{
		{"150x150", "crop", true}, {"160x160", "crop", false}, {"10x20", "crop", true}, {"15x30", "crop", false},
		{"1800x", "scale", true}, {"1900x", "scale", false},
	} {
		assert.Equal(t, c.used, l.Uses(spec(t, "a.jpg", c.size, c.method, ".jpg")), c.size)
	}
}

func TestADescribedOriginalMayGiveNothingAHundredTimesInARow(t *testing.T) {
	data := append(photo(t, 200, 100), make([]byte, 10_000)...)
	for n, good := range map[int]bool{100: true, 101: false} {
		s := newSite(t)
		s.source.open = func(context.Context, string) (fs.File, error) {
			return storage.NewFile(&idle{r: bytes.NewReader(data), n: n}, storage.Info{Name: "k.jpg", Size: int64(len(data))}), nil
		}
		_, err := thumbnail.Describe(t.Context(), s.source, "k.jpg")
		assert.Equal(t, good, err == nil, "%d: %v", n, err)
	}
}

func TestNobodyWaitsForTheUnlockOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = time.Minute
		s.Processors = thumbnail.Processors{"work": working(time.Second)}
		locks := lock.NewMemory()
		s.Locker = lockFunc(func(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
			unlock, ok, err := locks.TryLock(ctx, key, ttl)
			return func() error { time.Sleep(10 * time.Second); return unlock() }, ok, err
		})
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "work", ".jpg")
		start, took := time.Now(), make(chan time.Duration)
		for range 3 {
			go func() {
				assert.Equal(t, 200, get(h, url).Code)
				took <- time.Since(start)
			}()
		}
		assert.Equal(t, []time.Duration{time.Second, time.Second, 11 * time.Second}, []time.Duration{<-took, <-took, <-took})
	})
}

func TestAResponderMayFlush(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		w.(http.Flusher).Flush()
		return nil
	})
	assert.True(t, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Flushed)
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

func TestAJobOfSeveralOriginalsOpensEachBadOneOnce(t *testing.T) {
	s := newSite(t)
	s.Workers = 1
	var all []thumbnail.Spec
	for _, size := range []string{"5x5", "6x6", "7x7"} {
		all = append(all, spec(t, "text.jpg", size, "crop", ".jpg"), spec(t, "none.jpg", size, "crop", ".jpg"))
	}
	assert.ErrorContains(t, s.handler(t).GenerateAll(t.Context(), slices.Values(all), nil), "6 of 6")
	assert.EqualValues(t, 2, s.source.opened.Load())
	err := s.handler(t).GenerateAll(t.Context(), slices.Values(all[:1]), nil)
	assert.ErrorContains(t, err, "1 of 1")
	assert.ErrorIs(t, err, thumbnail.ErrFormat)
}

func TestAPreloadOfOneFileNamesTheBestFormat(t *testing.T) {
	got, err := renderWith(t, siteLinks(t), `{{preload . "card"}}`, row{"a.jpg", thumbnail.Info{Width: 40, Height: 30}})
	require.NoError(t, err)
	assert.Regexp(t, `^<link rel="preload" as="image" href="/thumbs/a.jpg/40x30/crop/[^"]*\.webp" type="image/webp"`, got)
}

func TestAWordHasLettersDigitsAndUnderscoresOnly(t *testing.T) {
	u, err := thumbnail.URL("", newSigner(t), spec(t, "k.jpg", "5x5", "crop", ".jpg"))
	require.NoError(t, err)
	parts := strings.Split(u, "/")
	for c := range 128 {
		small := 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_'
		word := small || 'A' <= c && c <= 'Z'
		with := func(i int, text string) error {
			changed := slices.Clone(parts)
			changed[i] = text
			_, _, err := thumbnail.ParsePath(strings.Join(changed, "/"))
			return err
		}
		if c != '/' && c != '-' && c != '.' {
			assert.Equal(t, word, with(3, "v"+string(rune(c))+"-"+parts[3]) == nil, "version %q", c)
			assert.Equal(t, word, with(3, string(rune(c))+parts[3]) == nil, "secret %q", c)
			assert.Equal(t, small, with(2, "m"+string(rune(c))) == nil, "method %q", c)
			assert.Equal(t, small && c != '_', with(3, parts[3]+string(rune(c))) == nil, "extension %q", c)
		}
	}
}

func TestAFlightThatHasNotOpenedItsOriginalIsNotSuspect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		source := untimed{storage.NewMemory(), new(atomic.Int64), ""}
		require.NoError(t, source.Put(t.Context(), "k.jpg", bytes.NewReader(photo(t, 200, 100))))
		locks := lock.NewMemory()
		s.Source, s.Locker, s.Wait = source, onlyLocker{locks}, time.Hour
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, _, err := locks.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		done := make(chan string)
		go func() { done <- get(h, url).Header().Get("Cache-Control") }()
		synctest.Wait()
		require.NoError(t, h.Generate(t.Context(), spec(t, "k.jpg", "6x6", "crop", ".jpg")))
		require.NoError(t, unlock())
		assert.NotEqual(t, "no-store", <-done)
		assert.EqualValues(t, 2, s.storage.put.Load(), "each is stored once")
	})
}
