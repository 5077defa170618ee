package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/doctor"
	"github.com/rest-thumbnails/thumbnail/response"
)

// front is a web server that caches successful responses and serves them again, modified by change.
func front(h http.Handler, change func(http.Header)) http.Handler {
	var mu sync.Mutex
	stored := map[string][]byte{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, ok := stored[r.URL.Path]
		if !ok {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code != 200 {
				for k, v := range rec.Header() {
					w.Header()[k] = v
				}
				w.WriteHeader(rec.Code)
				_, _ = w.Write(rec.Body.Bytes())
				return
			}
			body = rec.Body.Bytes()
			stored[r.URL.Path] = body
		}
		w.Header().Set("Content-Type", "image/jpeg")
		change(w.Header())
		_, _ = w.Write(body)
	})
}

func TestDoctorSaysInPlainWordsWhatIsWrong(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	asIs := func(http.Header) {}
	status := func(code int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) })
	}
	otherKey := newSite(t)
	otherKey.Signer, _ = thumbnail.NewSigner([]byte("another key of 16 bytes or more"))
	named := newSite(t)
	named.Responder, named.ServedElsewhere = response.Nginx{Prefix: "/_thumbs/"}, true
	open := newSite(t)
	open.Signer = acceptsAll{open.Signer}
	for want, server := range map[string]http.Handler{
		"":                                 front(h, asIs),
		"still reached the handler":        h,
		"different key or signer":          front(otherKey.handler(t), asIs),
		"got a redirect loop":              http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }),
		"permission denied":                status(403),
		"got 404 from the web server":      status(404),
		"cannot reach the handler":         status(502),
		"got 500 from the web server":      status(500),
		"got 400":                          http.StripPrefix("/k.jpg", h),
		`the type "text/html"`:             front(h, func(h http.Header) { h.Set("Content-Type", "text/html; charset=utf-8") }),
		"names the file, but no file":      named.handler(t),
		"bytes that are not image/jpeg":    http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "image/jpeg") }),
		"with a wrong secret was accepted": front(open.handler(t), asIs),
	} {
		server := httptest.NewServer(server)
		findings, err := doctor.Examiner{Client: server.Client()}.Examine(t.Context(), thumbnail.Links{Base: server.URL, Signer: newSigner(t)}, spec(t, "k.jpg", "50x50", "crop", ".jpg"))
		require.NoError(t, err)
		server.Close()
		if want == "" {
			assert.Empty(t, findings)
			continue
		}
		require.Len(t, findings, 1, want)
		assert.Contains(t, findings[0].String(), want)
	}
	server := httptest.NewServer(h)
	findings, err := doctor.Examiner{Client: server.Client()}.Examine(t.Context(), thumbnail.Links{Base: server.URL, Signer: newSigner(t)}, spec(t, "none.jpg", "50x50", "crop", ".jpg"))
	require.NoError(t, err)
	assert.Contains(t, findings[0].String(), "has no such original")
	s.ErrorHandler = thumbnail.Placeholder(fstest.MapFS{"none.png": {Data: []byte("a picture")}}, "none.png")
	server.Config.Handler = s.handler(t)
	findings, err = doctor.Examiner{Client: server.Client()}.Examine(t.Context(), thumbnail.Links{Base: server.URL, Signer: newSigner(t)}, spec(t, "none.jpg", "50x50", "crop", ".jpg"))
	require.NoError(t, err)
	assert.Contains(t, findings[0].String(), "got 404 from the handler", "with a placeholder")
	server.Close()
	findings, err = doctor.Examine(t.Context(), thumbnail.Links{Base: server.URL, Signer: newSigner(t)}, spec(t, "k.jpg", "50x50", "crop", ".jpg"))
	require.NoError(t, err)
	assert.Contains(t, findings[0].String(), "no HTTP server responds")
	_, err = doctor.Examine(t.Context(), thumbnail.Links{Base: "/thumbs/", Signer: newSigner(t)}, spec(t, "k.jpg", "50x50", "crop", ".jpg"))
	assert.ErrorIs(t, err, thumbnail.ErrInvalid)
}

func TestWithoutAWebServerTheSecondRequestMayReachTheHandler(t *testing.T) {
	h := newSite(t).handler(t)
	server := httptest.NewServer(h)
	defer server.Close()
	examined := func(x doctor.Examiner, source string) []doctor.Finding {
		findings, err := x.Examine(t.Context(), thumbnail.Links{Base: server.URL, Signer: newSigner(t)}, spec(t, source, "50x50", "crop", ".jpg"))
		require.NoError(t, err)
		return findings
	}
	assert.Empty(t, examined(doctor.Examiner{NoServer: true}, "k.jpg"))
	assert.Len(t, examined(doctor.Examiner{}, "k.jpg"), 1)
	assert.Len(t, examined(doctor.Examiner{NoServer: true}, "none.jpg"), 1)
}

type acceptsAll struct{ thumbnail.Signer }

func (acceptsAll) Verify(thumbnail.Spec, string) bool { return true }

func TestDoctorTellsAForgottenStripPrefixFromAnotherKey(t *testing.T) {
	h := newSite(t).handler(t)
	for want, mounted := range map[string]http.Handler{
		"http.StripPrefix":          h,
		"still reached the handler": http.StripPrefix("/thumbs", h),
	} {
		server := httptest.NewServer(mounted)
		findings, err := doctor.Examiner{Client: server.Client()}.Examine(t.Context(), thumbnail.Links{Base: server.URL + "/thumbs", Signer: newSigner(t)}, spec(t, "k.jpg", "50x50", "crop", ".jpg"))
		server.Close()
		require.NoError(t, err)
		require.Len(t, findings, 1)
		assert.Contains(t, findings[0].String(), want)
	}
}

func TestDoctorKnowsAPageThatIsCalledAPicture(t *testing.T) {
	for _, ext := range []string{".jpg", ".png", ".gif", ".webp", ".avif"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/"+strings.Replace(ext[1:], "jpg", "jpeg", 1))
			_, _ = w.Write([]byte("<html>welcome</html>"))
		}))
		links := thumbnail.Links{Base: server.URL, Signer: newSigner(t), Extensions: []string{ext}}
		findings, err := doctor.Examiner{Client: server.Client()}.Examine(t.Context(), links, spec(t, "k.jpg", "50x50", "crop", ext))
		server.Close()
		require.NoError(t, err)
		require.Len(t, findings, 1, ext)
		assert.Contains(t, findings[0].String(), "bytes that are not image/")
	}
}
