package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	_ "image/gif" // TestTheFormatFollowsTheExtension
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAThumbnailIsMadeOnceAndThenServedFromTheStorage(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for range 3 {
		w := get(h, s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
		require.Equal(t, 200, w.Code)
		assert.Equal(t, image.Pt(50, 50), sizeOf(t, w.Body.Bytes()))
		assert.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
		assert.Equal(t, "public, max-age=2592000", w.Header().Get("Cache-Control"))
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	}
	assert.EqualValues(t, 1, s.source.opened.Load())
	assert.EqualValues(t, 1, s.storage.put.Load())
}

func TestTheFormatFollowsTheExtension(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for ext, want := range map[string]string{".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".gif": "gif", ".webp": "webp"} {
		w := get(h, s.url(t, "k.jpg", "50x", "fit", ext))
		require.Equal(t, 200, w.Code)
		_, format, err := image.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
		require.NoError(t, err)
		assert.Equal(t, want, format)
		assert.Equal(t, "image/"+want, w.Header().Get("Content-Type"))
	}
}

func TestEveryMethodGivesTheSizeThatItPromises(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for method, want := range map[string]image.Point{
		"crop": {50, 60}, "smart": {50, 60}, "entropy": {50, 60}, "scale": {120, 60}, "fit": {50, 25},
		"pad": {50, 60}, "pad_f5f5f5": {50, 60}, "focus": {50, 60}, "focus_10_90": {50, 60},
	} {
		w := get(h, s.url(t, "k.jpg", "50x60", method, ".png"))
		require.Equal(t, 200, w.Code, method)
		assert.Equal(t, want, sizeOf(t, w.Body.Bytes()), method)
	}
}

func TestAnUnsignedRequestCausesNoIO(t *testing.T) {
	s := newSite(t)
	s.Locker = untouchable{t}
	h := s.handler(t)
	good := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	i := strings.LastIndex(good, "/") + 1
	secret := good[i : i+40]
	for _, url := range []string{
		good[:i] + strings.ToUpper(secret) + ".jpg", good[:i] + secret[:39] + ".jpg", good[:i] + secret + "0.jpg", good[:i] + secret + ".png", good[:i] + "v-" + secret + ".jpg",
		strings.Replace(good, "50x50", "51x50", 1), strings.Replace(good, "crop", "fit", 1), strings.Replace(good, "k.jpg/", "K.jpg/", 1), strings.Replace(good, "50x50", "50x", 1),
	} {
		assert.Equal(t, 401, get(h, url).Code, url)
	}
	assert.EqualValues(t, 0, s.storage.opened.Load())
	assert.EqualValues(t, 0, s.source.opened.Load())
}

type untouchable struct{ t *testing.T }

func (u untouchable) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	u.t.Error("the lock was asked for")
	return nil, false, nil
}

func TestAnotherSpellingOfASizeIsASeparateFile(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := strings.Replace(s.url(t, "k.jpg", "50x", "crop", ".jpg"), "50x", "50x0", 1)
	require.Equal(t, 200, get(h, url).Code)
	f, err := s.storage.Open(t.Context(), url[1:])
	require.NoError(t, err, "the storage key is the path as it was spelled")
	require.NoError(t, f.Close())
}

func TestAVersionIsImmutable(t *testing.T) {
	s := newSite(t)
	versioned := spec(t, "k.jpg", "50x50", "crop", ".jpg")
	versioned.Version = "v2"
	url, err := thumbnail.URL("/", s.Signer, versioned)
	require.NoError(t, err)
	w := get(s.handler(t), url)
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, "public, max-age=31536000, immutable", w.Header().Get("Cache-Control"))
}

func TestHandlerWorksUnderAPrefixAndAtTheRoot(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	mux := http.NewServeMux()
	mux.Handle("/a/b/", http.StripPrefix("/a/b", h))
	mux.Handle("/c/", http.StripPrefix("/c/", h))
	assert.Equal(t, 200, get(h, url).Code)
	assert.Equal(t, 200, get(mux, "/a/b"+url).Code)
	assert.Equal(t, 200, get(mux, "/c"+url).Code)
	assert.Equal(t, 200, get(h, url+"?utm=1&x=%00").Code, "a query changes nothing")
}

func TestASourceOfAnyNameCanBeThumbnailed(t *testing.T) {
	names := []string{"a b.jpg", "a+b.jpg", "100%.jpg", "%2F.jpg", "a#b?.jpg", `q"'.jpg`, "a,b;c&d.jpg", "日本/😀.jpg", strings.Repeat("é", 127) + "x/" + strings.Repeat("y", 255), "<b>.jpg", "k.jpg/nested.jpg"}
	files := fstest.MapFS{}
	for _, name := range names {
		files[name] = &fstest.MapFile{Data: photo(t, 20, 10)}
	}
	dir, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	s := newSite(t)
	s.source.source, s.storage.Storage = storage.FS(files), dir
	server := httptest.NewServer(s.handler(t))
	defer server.Close()
	for _, name := range names {
		for range 2 {
			r, err := http.Get(server.URL + s.url(t, name, "5x5", "crop", ".jpg"))
			require.NoError(t, err)
			r.Body.Close()
			assert.Equal(t, 200, r.StatusCode, name)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestALargeSourceIsRefusedByItsSize(t *testing.T) {
	s := newSite(t)
	s.MaxSourceBytes = int64(len(photo(t, 200, 100)))
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	s = newSite(t)
	s.MaxSourceBytes = int64(len(photo(t, 200, 100))) - 1
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	s = newSite(t)
	s.MaxMemory = 1000
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code, "more than all memory")
}

func TestASourceThatCannotSeekAndDoesNotKnowItsSizeWorks(t *testing.T) {
	s := newSite(t)
	data := photo(t, 200, 100)
	s.source.open = func(context.Context, string) (fs.File, error) {
		return storage.NewFile(onlyReader{bytes.NewReader(data)}, storage.Info{Name: "k.jpg"}), nil
	}
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	s.MaxSourceBytes = int64(len(data)) - 1
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "k.jpg", "6x5", "crop", ".jpg")).Code)
}

type onlyReader struct{ r *bytes.Reader }

func (o onlyReader) Read(p []byte) (int, error) { return o.r.Read(p) }

func TestACustomProcessorWorks(t *testing.T) {
	s := newSite(t)
	var saw image.Point
	s.Processors = thumbnail.Processors{
		"mirror": processorFunc(func(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
			saw = src.Bounds().Size()
			return processors.Fit{}.Process(ctx, src, width, height)
		}),
		"crop": nil,
	}
	h := s.handler(t)
	w := get(h, s.url(t, "k.jpg", "50x50", "mirror", ".png"))
	require.Equal(t, 200, w.Code)
	assert.Equal(t, image.Pt(200, 100), saw, "one that plans nothing sees the whole original")
	assert.Equal(t, image.Pt(50, 25), sizeOf(t, w.Body.Bytes()))
	assert.Equal(t, 400, get(h, s.url(t, "k.jpg", "50x50", "crop", ".png")).Code, "nil removes a method")
}

func TestAnObserverIsCalledForEveryRequest(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer, s.ServerTiming = o, true
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	w := get(h, url)
	for _, part := range []string{"source;dur=", "decode;dur=", "process;dur=", "encode;dur=", "store;dur="} {
		assert.Contains(t, w.Header().Get("Server-Timing"), part)
	}
	assert.Empty(t, get(h, url).Header().Get("Server-Timing"))
	get(h, "/nonsense")
	get(h, s.url(t, "none.jpg", "50x50", "crop", ".jpg"))
	require.Len(t, o.events, 4)
	assert.True(t, o.events[0].Generated)
	assert.Equal(t, url[1:], o.events[0].Path)
	assert.Positive(t, o.events[0].Timing.Decode)
	assert.False(t, o.events[1].Generated)
	assert.NoError(t, o.events[1].Err)
	assert.ErrorIs(t, o.events[2].Err, thumbnail.ErrInvalid)
	assert.Equal(t, "none.jpg", o.events[3].Spec.Source)
}

type observer struct {
	mu     sync.Mutex
	events []thumbnail.Event
}

func (o *observer) Observe(ctx context.Context, e thumbnail.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
}
