package thumbnail_test

import (
	"context"
	"errors"
	"image"
	_ "image/gif" // TestTheFormatFollowsTheExtension
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

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

func (failingFile) Close() error { return nil }

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

func TestEveryErrorHasItsStatusCode(t *testing.T) {
	for err, want := range map[error]int{
		nil: 200, thumbnail.ErrInvalid: 400, thumbnail.ErrSignature: 401, fs.ErrNotExist: 404, thumbnail.ErrBusy: 404, thumbnail.ErrFormat: 415,
		thumbnail.ErrCorrupt: 422, thumbnail.ErrTooLarge: 422, thumbnail.ErrOverloaded: 503, context.DeadlineExceeded: 503, context.Canceled: 503,
		errors.ErrUnsupported: 501, errBoom: 500,
	} {
		assert.Equal(t, want, thumbnail.StatusCode(err), "%v", err)
	}
}
