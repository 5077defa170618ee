package thumbnail_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// do sends a request with headers, given in pairs.
func do(h http.Handler, method, url string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// RFC 9110, sections 13 (conditional requests) and 14 (ranges).
func TestConditionalAndRangeRequestsAreAnsweredAsRFC9110Says(t *testing.T) {
	s := newSite(t)
	dir, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	s.Storage = dir
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	whole := get(h, url)
	require.Equal(t, 200, whole.Code)
	body := whole.Body.String()
	etag, modified := whole.Header().Get("Etag"), whole.Header().Get("Last-Modified")
	require.Regexp(t, `^"[0-9a-f]+-[0-9a-f]+"$`, etag, "nginx's form, strong")
	require.Equal(t, strconv.FormatInt(int64(len(body)), 16), strings.Trim(etag[strings.Index(etag, "-")+1:], `"`))
	require.NotEmpty(t, modified)
	require.Equal(t, strconv.Itoa(len(body)), whole.Header().Get("Content-Length"))
	require.Equal(t, "bytes", whole.Header().Get("Accept-Ranges"))
	const past, future = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
	thousand := "bytes=" + strings.TrimSuffix(strings.Repeat("0-0,", 1000), ",")

	for name, c := range map[string]struct {
		headers []string
		status  int
		body    string
	}{
		"If-None-Match, the same":            {[]string{"If-None-Match", etag}, 304, ""},
		"If-None-Match, one of several":      {[]string{"If-None-Match", `"x", ` + etag}, 304, ""},
		"If-None-Match, weak comparison":     {[]string{"If-None-Match", "W/" + etag}, 304, ""},
		"If-None-Match, any":                 {[]string{"If-None-Match", "*"}, 304, ""},
		"If-None-Match, another":             {[]string{"If-None-Match", `"x"`}, 200, body},
		"If-None-Match goes before a date":   {[]string{"If-None-Match", `"x"`, "If-Modified-Since", modified}, 200, body},
		"If-Modified-Since, the same":        {[]string{"If-Modified-Since", modified}, 304, ""},
		"If-Modified-Since, later":           {[]string{"If-Modified-Since", future}, 304, ""},
		"If-Modified-Since, earlier":         {[]string{"If-Modified-Since", past}, 200, body},
		"If-Modified-Since, no date":         {[]string{"If-Modified-Since", "yesterday"}, 200, body},
		"If-Match, the same":                 {[]string{"If-Match", etag}, 200, body},
		"If-Match, another":                  {[]string{"If-Match", `"x"`}, 412, ""},
		"If-Unmodified-Since, earlier":       {[]string{"If-Unmodified-Since", past}, 412, ""},
		"Range, first bytes":                 {[]string{"Range", "bytes=0-9"}, 206, body[:10]},
		"Range, from the middle":             {[]string{"Range", "bytes=100-"}, 206, body[100:]},
		"Range, last bytes":                  {[]string{"Range", "bytes=-7"}, 206, body[len(body)-7:]},
		"Range, beyond the end":              {[]string{"Range", "bytes=0-999999"}, 206, body},
		"Range, none of it":                  {[]string{"Range", "bytes=999999-"}, 416, "*"},
		"Range, malformed":                   {[]string{"Range", "bytes=a-b"}, 416, "*"},
		"Range, a thousand parts":            {[]string{"Range", thousand}, 200, body},
		"If-Range, the same tag":             {[]string{"Range", "bytes=0-9", "If-Range", etag}, 206, body[:10]},
		"If-Range, another tag":              {[]string{"Range", "bytes=0-9", "If-Range", `"x"`}, 200, body},
		"If-Range, a weak tag never matches": {[]string{"Range", "bytes=0-9", "If-Range", "W/" + etag}, 200, body},
		"If-Range, the same date":            {[]string{"Range", "bytes=0-9", "If-Range", modified}, 206, body[:10]},
		"If-Range, another date":             {[]string{"Range", "bytes=0-9", "If-Range", past}, 200, body},
		"a range of what is not modified":    {[]string{"Range", "bytes=0-9", "If-None-Match", etag}, 304, ""},
		"headers that proxies add":           {[]string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "gopher", "X-Original-Url", "/x", "X-Http-Method-Override", "DELETE"}, 200, body},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			w := do(h, method, url, c.headers...)
			assert.Equal(t, c.status, w.Code, name)
			if c.body != "*" && method == http.MethodGet {
				assert.Equal(t, c.body, w.Body.String(), name)
			}
			assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), name)
			if c.status == 304 || c.status < 300 {
				assert.Equal(t, "public, max-age=2592000", w.Header().Get("Cache-Control"), name)
				assert.Equal(t, etag, w.Header().Get("Etag"), name)
			}
			if name == "Range, none of it" {
				assert.Equal(t, fmt.Sprintf("bytes */%d", len(body)), w.Header().Get("Content-Range"), name)
			}
			if method == http.MethodHead && c.status < 300 {
				assert.Empty(t, w.Body.String(), name)
			}
		}
	}
	several := do(h, "GET", url, "Range", "bytes=0-4,10-14")
	assert.Equal(t, 206, several.Code)
	assert.Contains(t, several.Header().Get("Content-Type"), "multipart/byteranges")
	assert.Contains(t, several.Body.String(), body[10:15])
}

func TestTheETagOfTheStorageIsUsed(t *testing.T) {
	w := httptest.NewRecorder()
	s := newSite(t)
	s.Storage = taggedStorage{storage.NewMemory()}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
	assert.Equal(t, `"d41d8cd98f00b204"`, w.Header().Get("Etag"))
	assert.Equal(t, 304, do(h, "GET", url, "If-None-Match", `"d41d8cd98f00b204"`).Code)
}

func TestQueryHostAndForwardingChangeNothing(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	want := get(h, url).Body.String()
	for _, other := range []string{url + "?", url + "?w=1&size=1x1", url + "?%zz", "http://evil.example" + url, "http://user:pass@h:81" + url} {
		w := get(h, other)
		assert.Equal(t, 200, w.Code, other)
		assert.Equal(t, want, w.Body.String())
	}
	assert.EqualValues(t, 1, s.source.opened.Load())
}

// Common routers pass on names with special characters unchanged.
func TestTheHandlerWorksBehindEveryRouter(t *testing.T) {
	names := []string{"k.jpg", "a b.jpg", "a+b.jpg", "100%.jpg", "%2F.jpg", "a#b?.jpg", `q"'[].jpg`, "a,b;c&d.jpg", "日本/😀.jpg", "a:b@c=d$e.jpg"}
	files := fstest.MapFS{}
	for _, name := range names {
		files[name] = &fstest.MapFile{Data: photo(t, 20, 10)}
	}
	s := newSite(t)
	s.source.source = storage.FS(files)
	h := s.handler(t)
	standard := http.NewServeMux()
	standard.Handle("/t/", http.StripPrefix("/t", h))
	patterns := http.NewServeMux()
	patterns.Handle("GET /t/{path...}", http.StripPrefix("/t/", h))
	viaChi := chi.NewRouter()
	viaChi.Handle("/t/*", http.StripPrefix("/t", h))
	mounted := chi.NewRouter()
	mounted.Mount("/t", http.StripPrefix("/t", h))
	gorilla := mux.NewRouter()
	gorilla.PathPrefix("/t/").Handler(http.StripPrefix("/t", h))
	encoded := mux.NewRouter().UseEncodedPath()
	encoded.PathPrefix("/t/").Handler(http.StripPrefix("/t", h))
	nested := http.NewServeMux()
	nested.Handle("/t/", http.StripPrefix("/t", http.StripPrefix("", h)))
	for router, handler := range map[string]http.Handler{"ServeMux": standard, "patterns": patterns, "chi": viaChi, "chi mounted": mounted,
		"gorilla/mux": gorilla, "gorilla/mux with encoded paths": encoded, "nested": nested, "the root of a host": http.StripPrefix("/t", h)} {
		server := httptest.NewUnstartedServer(handler)
		server.EnableHTTP2 = true
		server.StartTLS()
		client := server.Client()
		for _, name := range names {
			r, err := client.Get(server.URL + "/t" + s.url(t, name, "5x5", "crop", ".jpg"))
			require.NoError(t, err)
			assert.Equal(t, 2, r.ProtoMajor)
			assert.Equal(t, 200, r.StatusCode, "%s: %s", router, name)
			_, _ = io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
		server.Close()
	}
	assert.EqualValues(t, len(names), s.source.opened.Load())
}

// A proxy may have decoded the path, so that the request line contains unencoded characters. Without a "%"
// the path is the same.
func TestAPathThatAProxyHasDecodedWorks(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"é+b(1).jpg": {Data: photo(t, 20, 10)}})
	h := s.handler(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.Path = strings.Replace(decoded(t, s.url(t, "é+b(1).jpg", "5x5", "crop", ".jpg")), "", "/", 1)
	r.URL.RawPath = ""
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, 200, w.Code)
}

func TestHostilePathsAre400(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	server := httptest.NewServer(h)
	defer server.Close()
	for _, prefix := range []string{"/..%2f", "/%2e%2e/", "/..%5c", "/%00", "/a%00", "/%0d%0aX-Evil:1", "/%7f", "/%ff", "//", "/./", "/../", "/%2f"} {
		r, err := http.NewRequest(http.MethodGet, server.URL, nil)
		require.NoError(t, err)
		r.URL.Opaque = prefix + url[1:] // without cleaning
		answer, err := server.Client().Do(r)
		require.NoError(t, err)
		answer.Body.Close()
		assert.Contains(t, []int{400, 401}, answer.StatusCode, prefix)
		assert.Empty(t, answer.Header.Get("X-Evil"))
	}
	assert.EqualValues(t, 0, s.storage.opened.Load())
}

func TestASlowClientDoesNotBlockGenerations(t *testing.T) {
	s := newSite(t)
	s.MaxMemory = 6_000_000 // for one generation at a time
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 4_000_000)...)}})
	s.QueueTimeout = 1
	s.MaxQueue = 1
	h := s.handler(t)
	first := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	started, release := make(chan bool), make(chan bool)
	done := make(chan bool)
	go func() {
		h.ServeHTTP(&slowWriter{header: http.Header{}, started: started, release: release}, httptest.NewRequest(http.MethodGet, first, nil))
		close(done)
	}()
	<-started // the first thumbnail is made, and its client reads no more
	for i := range 5 {
		assert.Equal(t, 200, get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "crop", ".jpg")).Code)
	}
	close(release)
	<-done
}

// slowWriter is a client that stops reading.
type slowWriter struct {
	header           http.Header
	started, release chan bool
	once             bool
}

func (s *slowWriter) Header() http.Header { return s.header }
func (s *slowWriter) WriteHeader(int)     {}
func (s *slowWriter) Write(p []byte) (int, error) {
	if !s.once {
		s.once = true
		close(s.started)
	}
	<-s.release
	return len(p), nil
}

var _ thumbnail.Storage = taggedStorage{}

func TestOnlyIfCachedIs504(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	w := do(h, "GET", url, "Cache-Control", "only-if-cached")
	assert.Equal(t, http.StatusGatewayTimeout, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, 401, do(h, "GET", strings.Replace(url, "50x50", "51x50", 1), "Cache-Control", "only-if-cached").Code)
	assert.Equal(t, 200, do(h, "GET", url, "Cache-Control", "no-cache").Code)
	_, err := s.Storage.Open(context.Background(), url)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
