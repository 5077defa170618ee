package httpsource_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/httpsource"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// serve starts a server and returns a source of its folder /photos.
func serve(t *testing.T, cfg httpsource.Config, handler http.HandlerFunc) *httpsource.Source {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg.Base = server.URL + "/photos"
	cfg.AllowedPrefixes = loopback
	return open(t, cfg)
}

func open(t *testing.T, cfg httpsource.Config) *httpsource.Source {
	s, err := httpsource.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func TestAnOriginalIsReadWithItsSizeTimeAndTag(t *testing.T) {
	s := serve(t, httpsource.Config{Header: http.Header{"Authorization": {"Bearer x"}}}, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/photos/a b/%C3%A9%3F%23%25.jpg", strings.ReplaceAll(r.URL.EscapedPath(), "%20", " "))
		assert.Equal(t, "Bearer x", r.Header.Get("Authorization"))
		w.Header().Set("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
		w.Header().Set("ETag", `"tag"`)
		fmt.Fprint(w, "content")
	})
	f, err := s.Open(t.Context(), "a b/é?#%.jpg")
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	assert.Equal(t, int64(7), info.Size())
	assert.Equal(t, 2015, info.ModTime().Year())
	assert.Equal(t, `"tag"`, info.(interface{ ETag() string }).ETag())
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Equal(t, "content", string(b))
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	_, err = f.Read(make([]byte, 1))
	assert.Error(t, err)
}

func TestAnUnknownSizeIsZeroAndAWeakTagIsNone(t *testing.T) {
	s := serve(t, httpsource.Config{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `W/"tag"`)
		fmt.Fprint(w, "con")
		w.(http.Flusher).Flush()
		fmt.Fprint(w, "tent")
	})
	f, err := s.Open(t.Context(), "x.jpg")
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	assert.Zero(t, info.Size())
	assert.Empty(t, info.(interface{ ETag() string }).ETag())
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Equal(t, "content", string(b))
}

func TestOnlyNotFoundAndGoneMatchErrNotExist(t *testing.T) {
	for status, absent := range map[int]bool{404: true, 410: true, 401: false, 403: false, 500: false, 206: false, 204: false} {
		s := serve(t, httpsource.Config{}, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		_, err := s.Open(t.Context(), "x.jpg")
		require.Error(t, err, "%d", status)
		assert.Equal(t, absent, errors.Is(err, fs.ErrNotExist), "%d: %v", status, err)
	}
	s := serve(t, httpsource.Config{}, func(http.ResponseWriter, *http.Request) { t.Error("a request") })
	for _, key := range []string{"", "..", "a/../b", "/x.jpg", "a//b", "http://127.0.0.1/x.jpg"} {
		_, err := s.Open(t.Context(), key)
		assert.ErrorIs(t, err, fs.ErrNotExist, key)
	}
}

func TestABodyIsBoundedAndATruncatedOneIsAnError(t *testing.T) {
	s := serve(t, httpsource.Config{MaxSourceBytes: 100}, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "cut.jpg") {
			w.Header().Set("Content-Length", "50")
			fmt.Fprint(w, "short")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(make([]byte, 101))
	})
	for _, key := range []string{"long.jpg", "cut.jpg"} {
		f, err := s.Open(t.Context(), key)
		require.NoError(t, err)
		b, err := io.ReadAll(f)
		assert.Error(t, err, key)
		assert.LessOrEqual(t, len(b), 100)
		require.NoError(t, f.Close())
	}
}

func TestAContentCodingIsNotRequestedAndGzipIsDecodedWithinTheLimit(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(make([]byte, 100))
	require.NoError(t, w.Close())
	coding, body := "", []byte(nil)
	s := serve(t, httpsource.Config{MaxSourceBytes: 100}, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, []string{"identity"}, r.Header["Accept-Encoding"])
		w.Header().Set("Content-Encoding", coding)
		_, _ = w.Write(body)
	})
	for _, coding = range []string{"gzip", "X-GZIP"} {
		body = zipped.Bytes()
		f, err := s.Open(t.Context(), "x.jpg")
		require.NoError(t, err)
		info, err := f.Stat()
		require.NoError(t, err)
		assert.Zero(t, info.Size())
		b, err := io.ReadAll(f)
		require.NoError(t, err)
		assert.Len(t, b, 100)
		require.NoError(t, f.Close())

		body = append(zipped.Bytes(), zipped.Bytes()...) // 200 bytes, beyond the limit
		f, err = s.Open(t.Context(), "x.jpg")
		require.NoError(t, err)
		b, err = io.ReadAll(f)
		require.ErrorContains(t, err, "MaxSourceBytes")
		assert.LessOrEqual(t, len(b), 100)
		require.NoError(t, f.Close())

		body = []byte("no gzip at all")
		_, err = s.Open(t.Context(), "x.jpg")
		require.Error(t, err)
		assert.NotErrorIs(t, err, fs.ErrNotExist)
	}
	coding = "br"
	_, err := s.Open(t.Context(), "x.jpg")
	require.ErrorContains(t, err, "br")
}

func TestHostsAreAnAllowList(t *testing.T) {
	s := open(t, httpsource.Config{Hosts: []string{"media.example.com"}})
	for _, key := range []string{"other.example.com/x.jpg", "media.example.com", "media.example.com.evil.example/x.jpg", "x.jpg"} {
		_, err := s.Open(t.Context(), key)
		assert.ErrorIs(t, err, fs.ErrNotExist, key)
	}
}

func TestRedirectsAreFollowedAFewTimesWithoutCredentialsForOthers(t *testing.T) {
	var other *httptest.Server
	other = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("X-Key"))
		if r.URL.Path == "/loop" {
			http.Redirect(w, r, other.URL+"/loop", http.StatusFound)
			return
		}
		fmt.Fprint(w, "content")
	}))
	defer other.Close()
	s := serve(t, httpsource.Config{Header: http.Header{"X-Key": {"secret"}}}, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "secret", r.Header.Get("X-Key"))
		to := map[string]string{"/photos/x.jpg": other.URL + "/y.jpg", "/photos/loop.jpg": other.URL + "/loop", "/photos/file.jpg": "file:///etc/passwd"}
		http.Redirect(w, r, to[r.URL.Path], http.StatusFound)
	})
	f, err := s.Open(t.Context(), "x.jpg")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, key := range []string{"loop.jpg", "file.jpg"} {
		_, err = s.Open(t.Context(), key)
		assert.Error(t, err, key)
	}
}

func TestAServerThatDoesNotAnswerIsATimeout(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, httpsource.Config{Timeout: 50 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	_, err := s.Open(t.Context(), "x.jpg")
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Open(ctx, "x.jpg")
	assert.ErrorIs(t, err, context.Canceled)
	close(release)
}

func TestAnImpossibleConfigIsRefused(t *testing.T) {
	for _, cfg := range []httpsource.Config{
		{}, {Base: "https://a.example", Hosts: []string{"b.example"}}, {Base: "a.example"}, {Base: "ftp://a.example"}, {Base: "/photos"},
		{Base: "https://a.example/#x"}, {Hosts: []string{"https://a.example"}}, {Hosts: []string{""}}, {Base: "https://a.example", MaxSourceBytes: -1},
	} {
		_, err := httpsource.New(cfg)
		assert.Error(t, err, "%+v", cfg)
	}
	_, err := httpsource.New(httpsource.Config{Base: "ftp://user:secret@a.example/?token=secret"})
	assert.NotContains(t, err.Error(), "secret")
}
