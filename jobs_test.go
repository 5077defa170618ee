package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
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

// unmatched returns a format of which there are no files.
func unmatched(name string) processors.Format {
	return processors.Format{
		Name: name, Match: func([]byte) bool { return false },
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			return processors.FormatHeader{}, io.EOF
		},
		Decode: func(context.Context, []byte) (image.Image, error) { return nil, io.EOF },
	}
}

func TestAnUploadIsCheckedAgainstEveryLimitAndNothingIsStored(t *testing.T) {
	good := photo(t, 400, 300)
	for name, c := range map[string]struct {
		data   []byte
		change func(*thumbnail.Config)
		is     error
		says   string
	}{
		"good":       {data: good},
		"pixels":     {good, func(c *thumbnail.Config) { c.MaxPixels = 100_000 }, thumbnail.ErrTooLarge, "too large: 120000 pixels, the limit is 100000"},
		"bytes":      {good, func(c *thumbnail.Config) { c.MaxSourceBytes = 1024 }, thumbnail.ErrTooLarge, "too large: the file has more than the limit, 1024 bytes"},
		"memory":     {good, func(c *thumbnail.Config) { c.MaxMemory = 1 << 20 }, thumbnail.ErrTooLarge, "too large: a jpeg file of 400 × 300 pixels takes more memory"},
		"no picture": {[]byte("not a picture"), nil, thumbnail.ErrFormat, "not a picture of a known format: use JPEG, PNG, GIF, WebP, BMP or TIFF"},
		"no picture, another format": {[]byte("not a picture"), func(c *thumbnail.Config) { c.Formats = []processors.Format{unmatched("heic"), unmatched("png")} },
			thumbnail.ErrFormat, "use JPEG, PNG, GIF, WebP, HEIC, BMP or TIFF"},
		"no picture, formats that replace built-in ones": {[]byte("not a picture"), func(c *thumbnail.Config) {
			c.Formats = []processors.Format{unmatched("webp"), unmatched("bmp"), unmatched("heic"), unmatched("tiff"), unmatched("jpeg"), unmatched("HEIC")}
		}, thumbnail.ErrFormat, "not a picture of a known format: use JPEG, PNG, GIF, WebP, HEIC, BMP or TIFF"},
		"empty":     {nil, nil, thumbnail.ErrFormat, "empty: the file has no content"},
		"truncated": {good[:len(good)/2], nil, thumbnail.ErrCorrupt, "damaged: "},
		"preset's size": {photo(t, 20, 3000), func(c *thumbnail.Config) {
			c.Presets = thumbnail.Presets{"wide": {Size: thumbnail.Size{Width: 300}, Method: "scale"}}
			c.MaxWidth, c.MaxHeight = 400, 400
		}, thumbnail.ErrTooLarge, "makes larger thumbnails"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			store := &puts{Memory: storage.NewMemory(), byKey: map[string]int{}}
			s.Storage = store
			if c.change != nil {
				c.change(&s.Config)
			}
			h := s.handler(t)
			info, err := h.Check(t.Context(), onlyReader{bytes.NewReader(c.data)})
			assert.Empty(t, store.byKey)
			assert.Zero(t, h.Stats().Memory)
			assert.Zero(t, h.Stats().Working)
			if c.is == nil {
				require.NoError(t, err)
				described, err := thumbnail.Describer{Color: true}.Describe(t.Context(), storage.FS(fstest.MapFS{"a.jpg": {Data: c.data}}), "a.jpg")
				require.NoError(t, err)
				assert.Equal(t, described.Version, info.Version)
				assert.Equal(t, [2]int{400, 300}, [2]int{info.Width, info.Height})
				assert.Regexp(t, "^#[0-9a-f]{6}$", info.Color)
				return
			}
			var said *thumbnail.UploadError
			require.ErrorAs(t, err, &said)
			require.ErrorIs(t, err, c.is)
			assert.Contains(t, said.Error(), c.says)
			if name == "bytes" {
				assert.ErrorContains(t, errors.Unwrap(said), "Config.MaxSourceBytes (1024)", "what the log has")
			}
		})
	}
}

func TestAFailingReaderOfAnUploadIsNotAnUploadError(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	broken := errors.New("connection reset")
	_, err := h.Check(t.Context(), io.MultiReader(bytes.NewReader(photo(t, 40, 30)), &errorReader{broken}))
	require.ErrorIs(t, err, broken)
	var said *thumbnail.UploadError
	require.False(t, errors.As(err, &said))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.Check(ctx, bytes.NewReader(photo(t, 40, 30)))
	require.ErrorIs(t, err, context.Canceled)
}

type errorReader struct{ err error }

func (r *errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestPingPutsOpensAndRemoves(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = memory
	require.NoError(t, s.handler(t).Ping(t.Context()))
	for e, err := range memory.List(t.Context(), "") {
		require.NoError(t, err)
		t.Errorf("%q is left", e.Key)
	}
	s.Storage = forgetful{memory}
	err := s.handler(t).Ping(t.Context())
	require.Error(t, err)
	assert.Equal(t, http.StatusInternalServerError, thumbnail.StatusCode(err))
}

// forgetful stores nothing.
type forgetful struct{ *storage.Memory }

func (forgetful) Put(context.Context, string, io.Reader) error { return nil }

func TestServeSpecNeedsNoSecretAndKeepsTheProgramsCacheControl(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	spec := thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 20, Height: 20}, Method: "crop", Ext: ".jpg"}
	serve := func(method string, spec thumbnail.Spec, cache string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		if cache != "" {
			w.Header().Set("Cache-Control", cache)
		}
		h.ServeSpec(w, httptest.NewRequest(method, "/old/url", nil), spec)
		return w
	}
	w := serve("GET", spec, "private, max-age=60")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, image.Pt(20, 20), sizeOf(t, w.Body.Bytes()))
	assert.Equal(t, "private, max-age=60", w.Header().Get("Cache-Control"))
	assert.Contains(t, serve("GET", spec, "").Header().Get("Cache-Control"), "public")
	assert.Equal(t, http.StatusMethodNotAllowed, serve("POST", spec, "").Code)
	spec.Method = "sepia"
	assert.Equal(t, http.StatusBadRequest, serve("GET", spec, "").Code)
	spec.Method, spec.Source = "crop", "gone.jpg"
	w = serve("GET", spec, "private")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

func TestAPlaceholderIsShownIfThereIsNoThumbnail(t *testing.T) {
	assets := fstest.MapFS{"missing.png": {Data: []byte("\x89PNG")}}
	s := newSite(t)
	s.ErrorHandler = thumbnail.Placeholder(assets, "missing.png")
	h := s.handler(t)
	for source, status := range map[string]int{"gone.jpg": 404, "text.jpg": 415} {
		w := get(h, s.url(t, source, "10x10", "crop", ".jpg"))
		assert.Equal(t, status, w.Code)
		assert.Equal(t, "image/png", w.Header().Get("Content-Type"))
		assert.Equal(t, fmt.Sprint(status), w.Header().Get(thumbnail.PlaceholderHeader))
		assert.Equal(t, "public, max-age=60", w.Header().Get("Cache-Control"))
		assert.Equal(t, "\x89PNG", w.Body.String())
	}
	w := get(h, "/nothing")
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Empty(t, w.Header().Get(thumbnail.PlaceholderHeader))
	assert.Panics(t, func() { thumbnail.Placeholder(assets, "other.png") })
}

func TestAnotherKeyIsLoggedOnceIfNoSecretWasEverRight(t *testing.T) {
	for _, rightFirst := range []bool{false, true} {
		s := newSite(t)
		var log bytes.Buffer
		s.Logger = slog.New(slog.NewTextHandler(&log, nil))
		h := s.handler(t)
		if rightFirst {
			require.Equal(t, 200, get(h, s.url(t, "k.jpg", "10x10", "crop", ".jpg")).Code)
		}
		for i := range 30 {
			assert.Equal(t, i > 9 && !rightFirst, strings.Contains(log.String(), "every secret was wrong so far"), "%v %d", rightFirst, i)
			require.Equal(t, 401, get(h, fmt.Sprintf("/k.jpg/1%dx10/crop/%040d.jpg", i, i)).Code)
		}
		assert.LessOrEqual(t, strings.Count(log.String(), "WARN"), 1)
	}
}

func TestMistakesOfAProgramAreLoggedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		url  func(*site) string
		says string
	}{
		"prefix":    {func(s *site) string { return "/thumbs/v1" + s.url(t, "k.jpg", "10x10", "crop", ".jpg") }, "http.StripPrefix is missing"},
		"method":    {func(s *site) string { return s.url(t, "k.jpg", "10x10", "sepia", ".jpg") }, "is not one of crop, entropy"},
		"extension": {func(s *site) string { return s.url(t, "k.jpg", "10x10", "crop", ".tga") }, "is not one of .gif, .jpeg"},
		"arguments": {func(s *site) string { return s.url(t, "k.jpg", "10x10", "focus_101_0", ".jpg") }, "two numbers of 0 to 100"},
		"size":      {func(s *site) string { return s.url(t, "k.jpg", "9999x10", "crop", ".jpg") }, "more than Config.MaxWidth × Config.MaxHeight (4096x4096)"},
		"missing":   {func(s *site) string { return s.url(t, "gone.jpg", "10x10", "crop", ".jpg") }, "a page links to an original that Config.Source does not have"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.handler(t)
			for range 3 {
				get(h, c.url(s))
			}
			assert.Equal(t, 1, countLines(s.log.String(), "level=WARN"), s.log.String())
			assert.Contains(t, s.log.String(), c.says)
		})
	}
	t.Run("one after the other", func(t *testing.T) { // in one handler, within a second
		s := newSite(t)
		h := s.handler(t)
		get(h, "/thumbs"+s.url(t, "k.jpg", "10x10", "crop", ".jpg"))
		get(h, s.url(t, "k.jpg", "10x10", "sepia", ".jpg"))
		get(h, s.url(t, "k.jpg", "10x10", "crop", ".tga"))
		get(h, s.url(t, "k.jpg", "9999x10", "crop", ".jpg"))
		get(h, s.url(t, "gone.jpg", "10x10", "crop", ".jpg"))
		assert.Equal(t, 5, countLines(s.log.String(), "level=WARN"), s.log.String())
	})
	for _, forged := range []string{"/a/b/c/k.jpg/10x10/crop/", "/k.jpg/10x10/sepia/"} { // a new handler for each, because it examines paths once a second
		s := newSite(t)
		get(s.handler(t), forged+strings.Repeat("0", 40)+".jpg")
		assert.Empty(t, s.log.String(), "of what anybody can send, there is no warning")
	}
}

func TestAPresetThatCannotBeServedIsAnErrorOfNewHandler(t *testing.T) {
	size := thumbnail.Size{Width: 10, Height: 10}
	for _, p := range []thumbnail.Preset{
		{Size: size, Method: "sepia"}, {Size: size, Ext: ".tga"}, {Size: size, Formats: []string{".tga"}}, {}, {Size: thumbnail.Size{Width: 5000}},
		{Size: size, Method: "focus_101_0"}, {Size: size, Method: "crop_1"},
	} {
		s := newSite(t)
		s.Presets = thumbnail.Presets{"card": p}
		_, err := thumbnail.NewHandler(s.Config)
		require.ErrorContains(t, err, `Config.Presets: preset "card"`, "%+v", p)
	}
	s := newSite(t)
	s.Presets = thumbnail.Presets{"card": {Size: size, Method: "focus_42_67"}}
	require.NotNil(t, s.handler(t))
}
