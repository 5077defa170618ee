package fronttest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (s *Site) testTwoRequests(t *testing.T, server Server) {
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"} {
		for _, version := range []string{"", "v2"} {
			link := s.Link("k.jpg", "50x40", ext, version)
			var first, second, head answer
			assert.EqualValues(t, 1, s.count(func() { first = visit(t, http.MethodGet, server.URL+link) }), link)
			assert.EqualValues(t, 0, s.count(func() {
				second = visit(t, http.MethodGet, server.URL+link)
				head = visit(t, http.MethodHead, server.URL+link)
			}), link)
			want := s.streamed(link)
			require.Equal(t, http.StatusOK, want.status)
			for i, got := range []answer{first, second, head} {
				require.Equal(t, http.StatusOK, got.status, "request %d of %s: %s", i, link, got.body)
				if i < 2 {
					require.Equal(t, want.body, got.body, link)
				}
				require.Equal(t, strconv.Itoa(len(want.body)), got.header.Get("Content-Length"), link)
				for _, name := range []string{"Content-Type", "Cache-Control", "X-Content-Type-Options", "Last-Modified", "Accept-Ranges"} {
					require.Equal(t, want.header[name], got.header[name], "%s in answer %d of %s", name, i, link)
				}
				// Apache marks the entity tag of a file as weak during its first second.
				require.Equal(t, first.header.Get("Etag"), strings.TrimPrefix(got.header.Get("Etag"), "W/"))
				require.Regexp(t, `^"[0-9a-z-]{8,}"$`, first.header.Get("Etag"))
				for _, name := range []string{"X-Sendfile", "X-Accel-Redirect"} {
					require.Empty(t, got.header[name], "is nobody's business")
				}
			}
			if s.kind.Name == "nginx" {
				require.Equal(t, want.header["Etag"], first.header["Etag"])
			}
		}
	}
	require.Equal(t, []string{"image/webp"}, visit(t, http.MethodGet, server.URL+s.Link("k.jpg", "50x40", ".webp", "")).header["Content-Type"])
	require.Equal(t, []string{"public, max-age=31536000, immutable"}, visit(t, http.MethodGet, server.URL+s.Link("k.jpg", "50x40", ".jpg", "v2")).header["Cache-Control"])
}

// testConditional sends the same requests to a server that finds the file itself, and to one that always
// asks the handler. Each gets the validators of the other.
func (s *Site) testConditional(t *testing.T, fast, slow Server) {
	link := s.Link("k.jpg", "60x50", ".jpg", "")
	first := visit(t, http.MethodGet, fast.URL+link) // makes the thumbnail
	require.Equal(t, http.StatusOK, first.status)
	body := first.body
	// The file is old enough for Apache to call its validators strong: one second for entity tags, a minute
	// for dates.
	modified := time.Now().Add(-2 * time.Hour)
	path, err := url.PathUnescape(strings.TrimPrefix(link, "/thumbs/"))
	require.NoError(t, err)
	require.NoError(t, os.Chtimes(filepath.Join(s.Thumbs, path), modified, modified))
	date := func(hours int) string {
		return modified.Add(time.Duration(hours) * time.Hour).UTC().Format(http.TimeFormat)
	}

	tags := []string{visit(t, http.MethodGet, fast.URL+link).header.Get("Etag"), visit(t, http.MethodGet, slow.URL+link).header.Get("Etag")}
	if s.kind.Name == "nginx" {
		tags = append(tags, s.streamed(link).header.Get("Etag"))
	}
	for _, server := range []Server{fast, slow} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			check := func(status int, want string, headers ...string) answer {
				t.Helper()
				var got answer
				asked := s.count(func() { got = visit(t, method, server.URL+link, headers...) })
				assert.Equal(t, server == slow, asked == 1, "the handler was asked")
				what := fmt.Sprint(method, " ", server == slow, " ", headers)
				assert.Equal(t, status, got.status, what)
				if method == http.MethodHead || status >= 300 {
					return got
				}
				assert.Equal(t, want, got.body, what)
				assert.Equal(t, strconv.Itoa(len(want)), got.header.Get("Content-Length"), what)
				return got
			}
			for _, tag := range tags {
				got := check(304, "", "If-None-Match", tag)
				assert.Equal(t, tags[0], got.header.Get("Etag"))
				assert.Equal(t, "public, max-age=2592000", got.header.Get("Cache-Control"), "of a 304")
				check(304, "", "If-None-Match", `"x", `+tag)
				check(304, "", "If-None-Match", "W/"+tag)
				check(304, "", "If-None-Match", tag, "Range", "bytes=0-9")
				if method == http.MethodGet {
					check(206, body[:10], "Range", "bytes=0-9", "If-Range", tag)
				}
			}
			check(304, "", "If-None-Match", "*")
			check(200, body, "If-None-Match", `"x"`)
			check(200, body, "If-None-Match", `"x"`, "If-Modified-Since", date(0))
			check(304, "", "If-Modified-Since", date(0))
			check(304, "", "If-Modified-Since", date(1))
			check(200, body, "If-Modified-Since", date(-1))
			check(200, body, "If-Modified-Since", "yesterday")
			check(412, "", "If-Match", `"x"`)
			check(412, "", "If-Unmodified-Since", date(-1))
			if method == http.MethodHead {
				continue // RFC 9110, section 14.2: ranges apply only to GET
			}
			got := check(206, body[:10], "Range", "bytes=0-9")
			assert.Equal(t, fmt.Sprintf("bytes 0-9/%d", len(body)), got.header.Get("Content-Range"))
			assert.Equal(t, "image/jpeg", got.header.Get("Content-Type"))
			assert.Equal(t, "public, max-age=2592000", got.header.Get("Cache-Control"))
			check(206, body[len(body)-7:], "Range", "bytes=-7")
			check(206, body[100:], "Range", "bytes=100-")
			check(200, body, "Range", "bytes=0-9", "If-Range", `"x"`)
			check(206, body[:10], "Range", "bytes=0-9", "If-Range", date(0))
			got = check(416, "", "Range", "bytes=999999-")
			if s.kind.Name != "Apache" { // Apache omits Content-Range; RFC 9110, section 15.5.17, only says SHOULD
				assert.Equal(t, fmt.Sprintf("bytes */%d", len(body)), got.header.Get("Content-Range"))
			}
			several := visit(t, method, server.URL+link, "Range", "bytes=0-4,10-14")
			assert.Equal(t, 206, several.status)
			assert.Contains(t, several.header.Get("Content-Type"), "multipart/byteranges")
			assert.Contains(t, several.body, body[10:15])
			check(200, body, "Accept-Encoding", "gzip, br", "User-Agent", "Mozilla/5.0")
		}
	}
}

// names are file names that have caused bugs in web servers.
var names = []string{
	"a b.jpg", "a  b .jpg", "100%.jpg", "%41.jpg", "a%2Fb.jpg", "a%2fb.jpg", "%25.jpg", "%00.jpg", "a+b.jpg", "a#b.jpg", "a?b=c.jpg", "a;b.jpg",
	"a&b.jpg", `a"b.jpg`, "a'b.jpg", "a`b.jpg", "a(b).jpg", "a[b].jpg", "[a-z]*.jpg", "a{b}.jpg", "{env.HOME}.jpg", "$uri.jpg", "$1.jpg",
	"%{REQUEST_URI}.jpg", "a<b>.jpg", "a|b.jpg", "a^b.jpg", "a,b.jpg", "a:b.jpg", "a@b.jpg", "a=b.jpg", "a!b~.jpg", "é ü ß.jpg", "日本/写真 😀.jpg",
	"e\u0301.jpg", "\u00a0.jpg", "..a/b...jpg", ".hidden.jpg", "-.jpg", "~.jpg", "a.jpg/b.jpg", "100x100/crop/x.jpg", "a.php/b.jpg", "noext",
	strings.Repeat("n", 255), strings.Repeat("ö", 127) + "/" + strings.Repeat("%", 100),
}

func (s *Site) testNames(t *testing.T, fast, slow Server) {
	for _, name := range names {
		s.Source(name)
		link := s.Link(name, "40x30", ".jpg", "")
		var first, second, third answer
		assert.EqualValues(t, 1, s.count(func() { first = visit(t, http.MethodGet, fast.URL+link) }), name)
		if !assert.Equal(t, http.StatusOK, first.status, "%s: %s", name, first.body) {
			continue
		}
		assert.EqualValues(t, 0, s.count(func() { second = visit(t, http.MethodGet, fast.URL+link+"?x=%2f..//") }), name)
		assert.EqualValues(t, 1, s.count(func() { third = visit(t, http.MethodGet, slow.URL+link) }), name)
		want := s.streamed(link)
		for _, got := range []answer{first, second, third} {
			assert.Equal(t, http.StatusOK, got.status, name)
			assert.True(t, want.body == got.body, "other bytes for %s", name)
			assert.Equal(t, []string{"image/jpeg"}, got.header["Content-Type"], name)
		}
	}
}
