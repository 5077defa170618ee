package thumbnail_test

import (
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

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
