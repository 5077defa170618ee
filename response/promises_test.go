package response_test

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/response"
)

func TestEveryPreconditionIsEvaluated(t *testing.T) {
	before, after := modified.Add(-time.Hour).Format(http.TimeFormat), modified.Add(time.Hour).Format(http.TimeFormat)
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"If-None-Match", `"60000000-11"`, 304}, {"If-None-Match", `"another"`, 200},
		{"If-Match", `"another"`, 412}, {"If-Match", `"60000000-11"`, 200},
		{"If-Modified-Since", after, 304}, {"If-Modified-Since", before, 200},
		{"If-Unmodified-Since", before, 412}, {"If-Unmodified-Since", after, 200},
		{"Range", "bytes=2-6", 206}, {"Range", "bytes=99-", 416},
		{"If-Range", `"60000000-11"`, 200}, // without a Range it means nothing
	} {
		w, err := respond(t, response.Stream{}, "k", open(t), c.name, c.value)
		require.NoError(t, err)
		assert.Equal(t, c.status, w.Code, "%s: %s", c.name, c.value)
	}
	for tag, status := range map[string]int{`"60000000-11"`: 206, `"another"`: 200} {
		w, err := respond(t, response.Stream{}, "k", open(t), "Range", "bytes=2-6", "If-Range", tag)
		require.NoError(t, err)
		assert.Equal(t, status, w.Code, tag)
	}
}

// long is a file that says how long it is, and has less.
type long struct {
	noSeeker
	size int64
	read bool
}

type longInfo struct {
	fs.FileInfo
	size int64
}

func (i longInfo) Size() int64 { return i.size }

func (l *long) Stat() (fs.FileInfo, error) {
	info, err := l.noSeeker.Stat()
	return longInfo{info, l.size}, err
}

func (l *long) Read(p []byte) (int, error) {
	l.read = true
	return l.noSeeker.Read(p)
}

func TestAFileOfMoreThan32MiBThatCannotSeekIsNotRead(t *testing.T) {
	for size, good := range map[int64]bool{32 << 20: true, 32<<20 + 1: false} {
		f := &long{noSeeker: noSeeker{open(t)}, size: size}
		w, err := respond(t, response.Stream{}, "k", f)
		assert.Equal(t, good, err == nil, size)
		assert.Equal(t, good, f.read, size)
		assert.Equal(t, good, w.Body.Len() > 0, size)
	}
	for size, good := range map[int64]bool{int64(len(content)): true, int64(len(content)) - 1: false} {
		_, err := respond(t, response.Stream{MaxBuffer: size}, "k", &long{noSeeker: noSeeker{open(t)}, size: 1})
		assert.Equal(t, good, err == nil, "whatever it says of itself")
	}
}

type keyOfContext struct{}

func TestARedirectAsksForItsURLInTheContextOfTheRequest(t *testing.T) {
	redirect := response.Redirect{URL: func(ctx context.Context, key string) (string, error) {
		return "https://example.com/" + key + "?" + ctx.Value(keyOfContext{}).(string), nil
	}}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	require.NoError(t, redirect.Respond(w, r.WithContext(context.WithValue(r.Context(), keyOfContext{}, "signed")), "k", open(t)))
	assert.Equal(t, "https://example.com/k?signed", w.Header().Get("Location"))
	assert.Equal(t, http.StatusFound, w.Code)
}

func TestNoHeaderGetsALineBreak(t *testing.T) {
	for _, bad := range []string{"\r", "\n", "\x00", "\r\nSet-Cookie: a=b"} {
		redirect := response.Redirect{URL: func(context.Context, string) (string, error) { return "https://example.com/" + bad, nil }}
		for name, r := range map[string]responder{"redirect": redirect, "Apache": response.Apache{Root: "/thumbs" + bad}} {
			w, err := respond(t, r, "k", open(t))
			assert.Error(t, err, "%s %q", name, bad)
			assert.Empty(t, w.Header().Get("Location")+w.Header().Get("X-Sendfile"), "%s %q", name, bad)
		}
	}
	_, err := respond(t, response.Redirect{URL: func(context.Context, string) (string, error) { return "", nil }}, "k", open(t))
	assert.Error(t, err, "no URL")
}

func TestARedirectIsNotReadAndHasNoMediaType(t *testing.T) {
	w, err := respond(t, response.Redirect{Prefix: "https://example.com/t/"}, "a b/k.jpg", noReads{open(t)})
	require.NoError(t, err)
	assert.Equal(t, "https://example.com/t/a%20b/k.jpg", w.Header().Get("Location"))
	assert.NotContains(t, w.Header(), "Content-Type")
	assert.Equal(t, "public, max-age=60", w.Header().Get("Cache-Control"))
	for age, want := range map[time.Duration]string{-1: "no-store", 90 * time.Second: "public, max-age=90"} {
		w, err := respond(t, response.Redirect{Prefix: "/", MaxAge: age}, "k", open(t))
		require.NoError(t, err)
		assert.Equal(t, want, w.Header().Get("Cache-Control"))
	}
}

type noReads struct{ fs.File }

func (noReads) Read([]byte) (int, error) { panic("it is read") }

func TestARequestForTooManyPartsIsNotChanged(t *testing.T) {
	ranges := "bytes=0-0" + strings.Repeat(",2-2", 8)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Range", ranges)
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "image/jpeg")
	require.NoError(t, response.Stream{}.Respond(w, r, "k", open(t)))
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, ranges, r.Header.Get("Range"), "it is the program's")
	w = httptest.NewRecorder()
	w.Header().Set("Content-Type", "image/jpeg")
	r.Header.Set("Range", "bytes=0-0"+strings.Repeat(",2-2", 7))
	require.NoError(t, response.Stream{}.Respond(w, r, "k", open(t)))
	assert.Equal(t, 206, w.Code, "eight parts")
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	assert.Equal(t, 8, strings.Count(string(body), "Content-Range:"))
}
