package thumbnail_test

import (
	"errors"
	"image"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/response"
)

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

func TestAResponderThatWritesNothingIsAnEmpty200(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(http.ResponseWriter, *http.Request, string, fs.File) error { return nil })
	w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
	assert.Equal(t, 200, w.Code)
	assert.Empty(t, w.Body.String())
	assert.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
}

func TestAResponderMayFlush(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
		w.(http.Flusher).Flush()
		return nil
	})
	assert.True(t, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Flushed)
}

func TestAnErrorOfASpecIsNotCachedWhereTheProgramSetsCacheControl(t *testing.T) {
	h := newSite(t).handler(t)
	w := httptest.NewRecorder()
	w.Header().Set("Cache-Control", "public, max-age=9")
	h.ServeSpec(w, httptest.NewRequest(http.MethodGet, "/any", nil), thumbnail.Spec{})
	assert.Equal(t, 400, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
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

func TestNoErrorPageFollowsAPartialAnswer(t *testing.T) {
	s := newSite(t)
	s.Responder = responderFunc(func(w http.ResponseWriter, _ *http.Request, _ string, f fs.File) error {
		_, err := io.Copy(w, struct{ io.Reader }{f})
		return errors.Join(errBoom, err)
	})
	assert.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")) })
}

func TestOnlyIfCachedIsADirectiveOfAList(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	for value, want := range map[string]int{
		"only-if-cached": 504, "Only-If-Cached": 504, "max-age=0, only-if-cached": 504, "ONLY-IF-CACHED ,max-stale": 504,
		"max-age=0": 200, "x-only-if-cached": 200, "only-if-cached-not": 200, "": 200,
	} {
		assert.Equal(t, want, do(h, "GET", url, "Cache-Control", value).Code, "%q", value)
	}
}

func TestAThumbnailThatIsBusyHasNoMissingOriginal(t *testing.T) {
	s := newSite(t)
	s.Locker = onlyLocker{heldLocker{}}
	s.Wait = time.Nanosecond
	assert.Equal(t, 404, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.NotContains(t, s.log.String(), "does not have")
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
