package response_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/response"
)

type responder interface {
	Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error
}

const content = "a whole thumbnail"

var modified = time.Unix(0x60000000, 123456789).UTC()

func open(t *testing.T) fs.File {
	f, err := fstest.MapFS{"f": {Data: []byte(content), ModTime: modified}}.Open("f")
	require.NoError(t, err)
	return f
}

func respond(t *testing.T, r responder, key string, f fs.File, headers ...string) (*httptest.ResponseRecorder, error) {
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "public, max-age=1000")
	err := r.Respond(w, req, key, f)
	return w, err
}

func TestStreamSendsTheBytes(t *testing.T) {
	for name, f := range map[string]fs.File{"seeks": open(t), "does not seek": noSeeker{open(t)}} {
		w, err := respond(t, response.Stream{}, "k", f)
		require.NoError(t, err)
		assert.Equal(t, content, w.Body.String(), name)
		assert.Equal(t, `"60000000-11"`, w.Header().Get("Etag"))
		assert.Equal(t, modified.Format(http.TimeFormat), w.Header().Get("Last-Modified"))
		assert.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
	}
	w, err := respond(t, response.Stream{}, "k", noSeeker{open(t)}, "Range", "bytes=2-6")
	require.NoError(t, err)
	assert.Equal(t, content[2:7], w.Body.String())
}

type noSeeker struct{ f fs.File }

func (n noSeeker) Stat() (fs.FileInfo, error) { return n.f.Stat() }
func (n noSeeker) Read(p []byte) (int, error) { return n.f.Read(p) }
func (n noSeeker) Close() error               { return n.f.Close() }

func TestStreamBoundsWhatItReadsIntoMemoryAndThenWritesNothing(t *testing.T) {
	for name, f := range map[string]fs.File{
		"says so": noSeeker{open(t)}, "lies": liar{noSeeker{open(t)}}, "fails": broken{noSeeker{open(t)}}, "no stat": noStat{open(t)},
	} {
		w, err := respond(t, response.Stream{MaxBuffer: 16}, "k", f)
		assert.Error(t, err, name)
		assert.Zero(t, w.Body.Len(), name)
		assert.False(t, w.Flushed)
	}
	_, err := respond(t, response.Stream{MaxBuffer: 17}, "k", noSeeker{open(t)})
	assert.NoError(t, err)
}

type liar struct{ noSeeker }

func (l liar) Stat() (fs.FileInfo, error) { return fs.Stat(fstest.MapFS{"f": {}}, "f") }

type broken struct{ noSeeker }

func (broken) Read([]byte) (int, error)   { return 0, errors.New("broken") }
func (broken) Stat() (fs.FileInfo, error) { return fs.Stat(fstest.MapFS{"f": {}}, "f") }

type noStat struct{ fs.File }

func (noStat) Stat() (fs.FileInfo, error) { return nil, errors.New("no stat") }

func TestNginxGetsAnEscapedPath(t *testing.T) {
	for _, prefix := range []string{"/_thumbs", "/_thumbs/"} {
		w, err := respond(t, response.Nginx{Prefix: prefix}, "w x/é %41?#&+;.jpg", open(t))
		require.NoError(t, err)
		assert.Equal(t, "/_thumbs/w%20x/%C3%A9%20%2541%3F%23&+;.jpg", w.Header().Get("X-Accel-Redirect"))
		assert.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
		assert.Equal(t, "public, max-age=1000", w.Header().Get("Cache-Control"))
		assert.Zero(t, w.Body.Len())
	}
	w, err := respond(t, response.Nginx{Prefix: "/_"}, "a\r\nb", open(t))
	require.NoError(t, err)
	assert.Equal(t, "/_/a%0D%0Ab", w.Header().Get("X-Accel-Redirect"))
}

// The header of django-rest-thumbnails, so that a web server's configuration for it continues to work.
func TestNginxGetsWhatTheOriginalSent(t *testing.T) {
	w, err := respond(t, response.Nginx{Prefix: "/thumbnails/"}, "animals/kitten.jpg/100x100/crop/38cdd9ad3dda068a81ebd59c113039637c1c8d1d.jpg", open(t))
	require.NoError(t, err)
	assert.Equal(t, "/thumbnails/animals/kitten.jpg/100x100/crop/38cdd9ad3dda068a81ebd59c113039637c1c8d1d.jpg", w.Header().Get("X-Accel-Redirect"))
}

func TestApacheGetsTheRawPathOfTheFile(t *testing.T) {
	for _, root := range []string{"/srv/t", "/srv/t/"} {
		w, err := respond(t, response.Apache{Root: root}, "w x/é %41?#&+;.jpg", open(t))
		require.NoError(t, err)
		assert.Equal(t, "/srv/t/w x/é %41?#&+;.jpg", w.Header().Get("X-Sendfile"))
		assert.Equal(t, `"11-5b8d80001e240"`, w.Header().Get("Etag"), "Apache's form")
		assert.Equal(t, "bytes", w.Header().Get("Accept-Ranges"))
		assert.Zero(t, w.Body.Len())
	}
	for _, key := range []string{"a\rb", "a\nb", "a\x00b"} {
		w, err := respond(t, response.Apache{Root: "/srv"}, key, open(t))
		assert.Error(t, err)
		assert.Empty(t, w.Header().Get("X-Sendfile"))
	}
}

// A web server sends this header if the file was removed after the handler had named it.
func TestNginxAndApacheSendAFileThatTheWebServerDidNotFind(t *testing.T) {
	for _, responder := range []interface {
		Respond(http.ResponseWriter, *http.Request, string, fs.File) error
	}{response.Nginx{Prefix: "/_thumbs/"}, response.Apache{Root: "/srv"}} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set(response.FallbackHeader, "1")
		require.NoError(t, responder.Respond(w, r, "a.jpg", open(t)))
		assert.Equal(t, http.StatusOK, w.Code)
		assert.NotZero(t, w.Body.Len())
		assert.Equal(t, "1", w.Header().Get(response.FallbackHeader))
		assert.NotEmpty(t, w.Header().Get("Etag"))
		assert.Empty(t, w.Header().Get("X-Accel-Redirect")+w.Header().Get("X-Sendfile"))
	}
}

func TestTheEntityTagIsTheSameWhoeverSendsTheFile(t *testing.T) {
	named, err := respond(t, response.Apache{Root: "/srv"}, "a.jpg", open(t))
	require.NoError(t, err)
	tag := named.Header().Get("Etag")
	sent, err := respond(t, response.Apache{Root: "/srv"}, "a.jpg", open(t), response.FallbackHeader, "1")
	require.NoError(t, err)
	assert.Equal(t, tag, sent.Header().Get("Etag"))
	again, err := respond(t, response.Apache{Root: "/srv"}, "a.jpg", open(t), response.FallbackHeader, "1", "If-None-Match", tag)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotModified, again.Code)
}

func TestRedirectSendsTheClientElsewhereForAShorterTime(t *testing.T) {
	w, err := respond(t, response.Redirect{Prefix: "https://bucket.example.com/t"}, "a b.jpg", open(t))
	require.NoError(t, err)
	assert.Equal(t, http.StatusFound, w.Code)
	assert.Equal(t, "https://bucket.example.com/t/a%20b.jpg", w.Header().Get("Location"))
	assert.Equal(t, "public, max-age=60", w.Header().Get("Cache-Control"))
	assert.Empty(t, w.Header().Get("Content-Type"))

	presign := func(ctx context.Context, key string) (string, error) {
		return "https://s3.example.com/" + key + "?X-Amz-Signature=1", nil
	}
	w, err = respond(t, response.Redirect{URL: presign, MaxAge: 10 * time.Minute}, "k.jpg", open(t))
	require.NoError(t, err)
	assert.Equal(t, "https://s3.example.com/k.jpg?X-Amz-Signature=1", w.Header().Get("Location"))
	assert.Equal(t, "public, max-age=600", w.Header().Get("Cache-Control"))

	w, err = respond(t, response.Redirect{URL: presign, MaxAge: -1}, "k.jpg", open(t))
	require.NoError(t, err)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))

	for name, url := range map[string]func(context.Context, string) (string, error){
		"fails": func(context.Context, string) (string, error) { return "", errors.New("no credentials") },
		"empty": func(context.Context, string) (string, error) { return "", nil },
		"CR LF": func(context.Context, string) (string, error) { return "https://x/\r\nSet-Cookie: a=b", nil },
	} {
		w, err := respond(t, response.Redirect{URL: url}, "k.jpg", open(t))
		assert.Error(t, err, name)
		assert.Empty(t, w.Header().Get("Location"))
	}
}

func TestAFileWithoutATimeHasNoETagUnlessItBringsOne(t *testing.T) {
	assert.Empty(t, response.ETag(info{}))
	assert.Equal(t, `"abc"`, response.ETag(tagged{info{}, `"abc"`}))
	assert.Equal(t, `"1-0"`, response.ETag(tagged{info{modTime: time.Unix(1, 0)}, ""}))
}

type info struct{ modTime time.Time }

func (info) Name() string         { return "k" }
func (info) Size() int64          { return 0 }
func (info) Mode() fs.FileMode    { return 0o444 }
func (i info) ModTime() time.Time { return i.modTime }
func (info) IsDir() bool          { return false }
func (info) Sys() any             { return nil }

type tagged struct {
	info
	tag string
}

func (t tagged) ETag() string { return t.tag }

func TestARequestForManyPartsGetsTheWholeAndKeepsItsHeaders(t *testing.T) {
	parts := func(n int) string { return "bytes=" + strings.TrimSuffix(strings.Repeat("0-0,", n), ",") }
	for n, status := range map[int]int{1: http.StatusPartialContent, 8: http.StatusPartialContent, 9: http.StatusOK, 5000: http.StatusOK} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Header.Set("Range", parts(n))
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "image/jpeg")
		require.NoError(t, response.Stream{}.Respond(w, req, "k", open(t)))
		assert.Equal(t, status, w.Code, n)
		assert.Equal(t, parts(n), req.Header.Get("Range"), "the caller's request is the caller's")
		if n > 8 {
			assert.Equal(t, content, w.Body.String())
		}
	}
	w, err := respond(t, response.Stream{}, "k", open(t), "Range", parts(9), "If-None-Match", `"60000000-11"`)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotModified, w.Code)
}

func TestTimesBefore1970AreNone(t *testing.T) {
	assert.Empty(t, response.ETag(info{modTime: time.Unix(-1, 0)}))
	assert.Equal(t, `"0-0"`, response.ETag(info{modTime: time.Unix(0, 0)}))
	for tag, i := range map[string]fs.FileInfo{
		"": info{}, `"abc"`: tagged{info{}, `"abc"`}, `"def"`: tagged{info{modTime: time.Unix(1, 0)}, `"def"`}, `"0-f4240"`: info{modTime: time.Unix(1, 0)},
	} {
		w, err := respond(t, response.Apache{Root: "/srv"}, "k", withInfo{open(t), i})
		require.NoError(t, err)
		assert.Equal(t, tag, w.Header().Get("Etag"))
	}
}

type withInfo struct {
	fs.File
	info fs.FileInfo
}

func (w withInfo) Stat() (fs.FileInfo, error) { return w.info, nil }

func TestStreamReadsNoMoreThanOneByteBeyondItsLimit(t *testing.T) {
	f := &counted{noSeeker: noSeeker{open(t)}}
	_, err := respond(t, response.Stream{MaxBuffer: 5}, "k", liarOf{f})
	assert.Error(t, err)
	assert.Equal(t, 6, f.n)
}

type counted struct {
	noSeeker
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.noSeeker.Read(p)
	c.n += n
	return n, err
}

type liarOf struct{ *counted }

func (liarOf) Stat() (fs.FileInfo, error) { return fs.Stat(fstest.MapFS{"f": {}}, "f") }
