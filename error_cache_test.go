package thumbnail_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnErrorOfAConditionIsNotCachedLikeAThumbnail(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	for _, kept := range []bool{false, true} {
		for _, header := range [][2]string{{"If-Match", `"x"`}, {"If-Unmodified-Since", "Mon, 02 Jan 2006 15:04:05 GMT"}, {"Range", "bytes=9999999-"}} {
			r := httptest.NewRequest(http.MethodGet, url, nil)
			r.Header.Set(header[0], header[1])
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 200 { // a thumbnail without a modification time has no such condition
				assert.Contains(t, []int{412, 416}, w.Code)
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), "%v, stored: %v", header, kept)
			}
		}
		w := get(h, url)
		assert.Equal(t, 200, w.Code)
		assert.Equal(t, "public, max-age=2592000", w.Header().Get("Cache-Control"))
	}
}

// ownError is a Responder that answers with an error that has its own Cache-Control.
type ownError struct{}

func (ownError) Respond(w http.ResponseWriter, _ *http.Request, _ string, _ fs.File) error {
	w.Header().Set("Cache-Control", "max-age=7")
	w.WriteHeader(http.StatusGone)
	return nil
}

func TestAResponderDecidesHowItsErrorIsCached(t *testing.T) {
	s := newSite(t)
	s.Responder = ownError{}
	w := get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg"))
	assert.Equal(t, 410, w.Code)
	assert.Equal(t, "max-age=7", w.Header().Get("Cache-Control"))
}
