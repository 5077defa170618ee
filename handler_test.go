package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
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

func TestErrorsHaveTheirStatusAndRevealNothing(t *testing.T) {
	s := newSite(t)
	s.MaxPixels = 200 * 100
	big := photo(t, 201, 100)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}, "text.jpg": {Data: []byte("no image")}, "big.jpg": {Data: big},
		"cut.jpg": {Data: photo(t, 200, 100)[:1200]}})
	h := s.handler(t)
	good := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	for name, c := range map[string]struct {
		url, cache, retry string
		status            int
	}{
		"malformed":         {"/k.jpg/50x50/crop/<script>.jpg", "public, max-age=60", "", 400},
		"unknown method":    {s.url(t, "k.jpg", "50x50", "nope", ".jpg"), "public, max-age=60", "", 400},
		"unknown extension": {s.url(t, "k.jpg", "50x50", "crop", ".bmp"), "public, max-age=60", "", 400},
		"bad size unsigned": {"/k.jpg/derp/crop/abc.jpg", "public, max-age=60", "", 400},
		"double slash":      {strings.Replace(good, "/50x50", "//50x50", 1), "public, max-age=60", "", 400},
		"two slashes":       {"/" + good, "public, max-age=60", "", 400},
		"too large":         {s.url(t, "k.jpg", "4097x1", "crop", ".jpg"), "public, max-age=60", "", 400},
		"wrong secret":      {strings.Replace(good, "/crop/", "/fit/", 1), "no-store", "", 401},
		"no source":         {s.url(t, "none.jpg", "50x50", "crop", ".jpg"), "public, max-age=60", "", 404},
		"a folder":          {s.url(t, "none", "50x50", "crop", ".jpg"), "public, max-age=60", "", 404},
		"no image":          {s.url(t, "text.jpg", "50x50", "crop", ".jpg"), "public, max-age=60", "", 415},
		"damaged":           {s.url(t, "cut.jpg", "50x50", "crop", ".jpg"), "public, max-age=60", "", 422},
		"too many pixels":   {s.url(t, "big.jpg", "50x50", "crop", ".jpg"), "public, max-age=60", "", 422},
		"result too large":  {s.url(t, "k.jpg", "x4000", "crop", ".jpg"), "public, max-age=60", "", 422},
	} {
		w := get(h, c.url)
		assert.Equal(t, c.status, w.Code, name)
		assert.Equal(t, http.StatusText(c.status), w.Body.String(), name)
		assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"), name)
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), name)
		assert.Equal(t, c.cache, w.Header().Get("Cache-Control"), name)
		assert.Equal(t, c.retry, w.Header().Get("Retry-After"), name)
		assert.Equal(t, c.status == 401, w.Header().Get("WWW-Authenticate") != "", name)
	}
	assert.EqualValues(t, 0, s.storage.put.Load())
}

func TestOtherMethodsAreRefused(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "PROPFIND"} {
		w := request(h, method, s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
		assert.Equal(t, 405, w.Code, method)
		assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	}
	assert.EqualValues(t, 0, s.storage.opened.Load())
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

func TestAFailingStorageIsNotTreatedAsAMissingThumbnail(t *testing.T) {
	s := newSite(t)
	s.storage.failOpen = func() error { return errBoom }
	w := get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "Internal Server Error", w.Body.String())
	assert.Contains(t, s.log.String(), "boom", "the log gets the story")
	assert.EqualValues(t, 0, s.source.opened.Load())
}

func TestOnlyAMissingSourceIs404(t *testing.T) {
	gone := func() error { return &fs.PathError{Op: "put", Path: "x", Err: fs.ErrNotExist} }
	s := newSite(t)
	s.storage.failPut = gone
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code, "Put")
	assert.Equal(t, 500, thumbnail.StatusCode(s.handler(t).Generate(t.Context(), spec(t, "k.jpg", "50x50", "crop", ".jpg"))), "Put for Generate")
	s = newSite(t)
	s.Processors = thumbnail.Processors{"crop": processorFunc(func(context.Context, image.Image, int, int) (image.Image, error) { return nil, gone() })}
	assert.Equal(t, 500, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code, "Process")
	s = newSite(t)
	s.source.open = func(context.Context, string) (fs.File, error) { return nil, errBoom }
	assert.Equal(t, 500, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code, "Source")
	s = newSite(t)
	s.source.open = func(context.Context, string) (fs.File, error) { return failingFile{}, nil }
	assert.Equal(t, 500, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code, "Read")
}

// failingFile fails with an error that resembles another one.
type failingFile struct{ fs.File }

func (failingFile) Stat() (fs.FileInfo, error) {
	return fs.Stat(fstest.MapFS{"f": {Data: make([]byte, 1000)}}, "f")
}
func (failingFile) Read([]byte) (int, error) { return 0, fs.ErrNotExist }
func (failingFile) Close() error             { return nil }

func TestAFailingPutLeavesNothingBehindAndTheNextRequestSucceeds(t *testing.T) {
	s := newSite(t)
	fail := true
	s.storage.failPut = func() error {
		if fail {
			return errBoom
		}
		return nil
	}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	w := get(h, url)
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, image.Pt(50, 50), sizeOf(t, w.Body.Bytes()))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, 1, countLines(s.log.String(), "the storage fails"))
	_, err := s.storage.Open(t.Context(), url[1:])
	assert.ErrorIs(t, err, fs.ErrNotExist)
	fail = false
	assert.Equal(t, 200, get(h, url).Code)
}

func TestAMissingSourceIsRememberedForAMinuteAndForgottenByGenerateAndRemove(t *testing.T) {
	files := fstest.MapFS{}
	s := newSite(t)
	s.source.source = storage.FS(files)
	h := s.handler(t)
	url := s.url(t, "new.jpg", "50x50", "crop", ".jpg")
	for range 5 {
		assert.Equal(t, 404, get(h, url).Code)
		assert.Equal(t, 404, get(h, s.url(t, "new.jpg", "60x60", "crop", ".jpg")).Code)
	}
	assert.EqualValues(t, 1, s.source.opened.Load())
	files["new.jpg"] = &fstest.MapFile{Data: photo(t, 20, 10)}
	require.NoError(t, h.Generate(t.Context(), spec(t, "new.jpg", "70x70", "crop", ".jpg")))
	assert.Equal(t, 200, get(h, url).Code)

	files["text.jpg"] = &fstest.MapFile{Data: []byte("not yet an image")}
	url = s.url(t, "text.jpg", "50x50", "crop", ".jpg")
	before := s.source.opened.Load()
	for range 5 {
		assert.Equal(t, 415, get(h, url).Code)
	}
	assert.EqualValues(t, before+1, s.source.opened.Load())
	files["text.jpg"] = files["new.jpg"]
	assert.ErrorIs(t, h.Remove(t.Context(), "text.jpg"), errors.ErrUnsupported, "what is stored can't be removed")
	assert.Equal(t, 200, get(h, url).Code, "but the failure is forgotten")
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

func TestRemoveDeletesTheThumbnailsOfOneSource(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 20, 10)}, "k.jpg2": {Data: photo(t, 20, 10)}})
	memory := storage.NewMemory()
	s.Storage = memory
	h := s.handler(t)
	urls := []string{s.url(t, "k.jpg", "5x5", "crop", ".jpg"), s.url(t, "k.jpg", "6x", "fit", ".png"), s.url(t, "k.jpg2", "5x5", "crop", ".jpg")}
	for _, url := range urls {
		require.Equal(t, 200, get(h, url).Code)
	}
	require.NoError(t, h.Remove(t.Context(), "k.jpg"))
	for i, url := range urls {
		f, err := memory.Open(t.Context(), url[1:])
		if i < 2 {
			assert.ErrorIs(t, err, fs.ErrNotExist)
		} else {
			require.NoError(t, err)
			f.Close()
		}
	}
	for _, source := range []string{"", "..", "a//b", "/"} {
		assert.ErrorIs(t, h.Remove(t.Context(), source), thumbnail.ErrInvalid)
	}
	s.Storage = &countingStorage{Storage: memory} // hides that the storage is a Remover
	err := s.handler(t).Remove(t.Context(), "k.jpg")
	require.ErrorIs(t, err, errors.ErrUnsupported)
	assert.ErrorContains(t, err, "a method RemoveAll")
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

func TestAnErrorOfTheResponderIs500(t *testing.T) {
	s := newSite(t)
	s.Responder = failingResponder{}
	w := get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Empty(t, w.Header().Get("Etag"))
}

type failingResponder struct{}

func (failingResponder) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	w.Header().Set("Etag", `"x"`)
	return errBoom
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

func TestEveryErrorHasItsStatusCode(t *testing.T) {
	for err, want := range map[error]int{
		nil: 200, thumbnail.ErrInvalid: 400, thumbnail.ErrSignature: 401, fs.ErrNotExist: 404, thumbnail.ErrBusy: 404, thumbnail.ErrFormat: 415,
		thumbnail.ErrCorrupt: 422, thumbnail.ErrTooLarge: 422, thumbnail.ErrOverloaded: 503, context.DeadlineExceeded: 503, context.Canceled: 503,
		errors.ErrUnsupported: 501, errBoom: 500,
	} {
		assert.Equal(t, want, thumbnail.StatusCode(err), "%v", err)
	}
}
