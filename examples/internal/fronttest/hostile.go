package fronttest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/response"
)

// secret is the content of files that must not be served.
const secret = "nobody is to see this"

func (s *Site) testErrors(t *testing.T, server Server) {
	stored := s.Link("k.jpg", "41x41", ".jpg", "")
	require.Equal(t, http.StatusOK, visit(t, http.MethodGet, server.URL+stored).status)
	for link, status := range map[string]int{
		s.Link("none.jpg", "40x30", ".jpg", ""): 404,
		"/thumbs/k.jpg":                         400,
		"/thumbs/k.jpg/40x30/none/" + strings.Repeat("0", 40) + ".jpg":        400,
		"/thumbs/k.jpg/40x30/crop/" + strings.Repeat("0", 40) + ".jpg":        401,
		strings.Replace(s.Link("k.jpg", "40x30", ".jpg", ""), "40", "040", 1): 400,
	} {
		want := s.streamed(link)
		require.Equal(t, status, want.status)
		got := visit(t, http.MethodGet, server.URL+link)
		assert.Equal(t, want.status, got.status, link)
		assert.Equal(t, want.body, got.body, link)
		for _, name := range []string{"Content-Type", "Cache-Control", "X-Content-Type-Options", "Www-Authenticate"} {
			assert.Equal(t, want.header[name], got.header[name], "%s of %s", name, link)
		}
	}
	post := visit(t, http.MethodPost, server.URL+stored)
	assert.Equal(t, http.StatusMethodNotAllowed, post.status)
	assert.Equal(t, "GET, HEAD", post.header.Get("Allow"))
}

func (s *Site) testWrongSecret(t *testing.T, server Server) {
	before := s.stored(t)
	good := s.Link("k.jpg", "77x55", ".jpg", "")
	for _, link := range []string{
		strings.Replace(good, "77x55", "78x55", 1),
		strings.Replace(good, "crop", "fit", 1),
		strings.Replace(good, "k.jpg", "none.jpg", 1),
		strings.Replace(good, "crop/", "crop/v2-", 1),
	} {
		for range 2 {
			got := visit(t, http.MethodGet, server.URL+link)
			assert.Equal(t, http.StatusUnauthorized, got.status, link)
			assert.NotContains(t, got.header.Get("Www-Authenticate"), "Basic")
		}
	}
	require.Equal(t, before, s.stored(t))
}

func (s *Site) testHostile(t *testing.T, server Server) {
	before := s.stored(t)
	link := s.Link("k.jpg", "50x50", ".jpg", "")
	require.Equal(t, http.StatusOK, visit(t, http.MethodGet, server.URL+link).status)
	rest := strings.TrimPrefix(link, "/thumbs/")
	for _, target := range []string{
		"/thumbs/..%2f..%2f..%2f..%2fetc/passwd", "/thumbs/..%2F" + rest, "/thumbs/x/..%2f" + rest, "/thumbs/%2e%2e%2f" + rest, "/x/..%2fthumbs/" + rest,
		"/thumbs/..%2fthumbs/" + rest, "/thumbs/x%2f..%2f" + rest, "/thumbs/./" + rest, "/thumbs/%2e/" + rest, "/thumbs/x/../" + rest, "/thumbs/x/%2e%2e/" + rest,
		"/thumbs//" + rest, "/thumbs/k.jpg//50x50" + strings.TrimPrefix(rest, "k.jpg/50x50"), "/thumbs/k.jpg%2f50x50" + strings.TrimPrefix(rest, "k.jpg/50x50"),
		"/thumbs/..%5c" + rest, "/thumbs/..", "/thumbs/../../../../etc/passwd", "/thumbs/%00", "/thumbs/k.jpg%00/50x50" + strings.TrimPrefix(rest, "k.jpg/50x50"),
		link + "%00", link + "%00.jpg", "/thumbs/%2500" + rest, "/thumbs/k.jpg%0d%0aX-Injected:%201/50x50" + strings.TrimPrefix(rest, "k.jpg/50x50"),
		"/thumbs/%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a" + rest, "/thumbs/%0a" + rest, link + "%0d%0aX-Injected:%201", "/thumbs/%250d%250aX-Injected:1" + rest,
		"/thumbs/%ff/" + rest, "/thumbs/%", "/thumbs/%zz/" + rest, link + "/", link + "/x", link + "%20", link + ".", "/_thumbs", "/_thumbs/", "/_thumbs/" + rest,
		server.URL + "/thumbs/x/..%2f" + rest, server.URL + "//thumbs/" + rest, server.URL + "/thumbs/x/../" + rest, server.URL + "/_thumbs/" + rest,
		"/%5fthumbs/" + rest, "/thumbs/..%2f_thumbs/" + rest, "/_thumbs/..%2f..%2fetc/passwd", "/_thumbs/../../etc/passwd", s.Thumbs + "/" + rest, "/never/" + rest, "/.removed",
	} {
		got := raw(t, server, target, "X-Accel-Redirect", "/_thumbs/"+rest, "X-Sendfile", filepath.Join(s.Thumbs, rest), "X-Original-URL", link, "X-Rewrite-URL", link, response.FallbackHeader, "1")
		unsigned := strings.HasPrefix(target, "/thumbs/%25") // well-formed, but signed for another source
		assert.True(t, got.status == 400 || got.status == 404 || unsigned && got.status == 401, "%d for %s", got.status, target)
		assert.Empty(t, got.header["X-Injected"], target)
		assert.Empty(t, got.header["Set-Cookie"], target)
		assert.NotContains(t, got.body, "root:", target)
	}
	// The absolute form (RFC 9112, section 3.2.2) is valid, although it has two slashes.
	require.Equal(t, http.StatusOK, raw(t, server, server.URL+link).status)
	require.ElementsMatch(t, append(before, "k.jpg"+strings.TrimPrefix(rest, "k.jpg")), s.stored(t))
}

// testOtherFiles puts files into the storage that are not thumbnails, like the temporary file of a Put.
func (s *Site) testOtherFiles(t *testing.T, server Server) {
	write := func(name string) {
		path := filepath.Join(s.Thumbs, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(secret), 0o644))
		t.Cleanup(func() { require.NoError(t, os.Remove(path)) })
	}
	link := func(target, name string) {
		path := filepath.Join(s.Thumbs, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.Symlink(target, path))
		t.Cleanup(func() { _ = os.Remove(path) })
	}
	outside := filepath.Join(PublicDir(t), "secret.jpg")
	require.NoError(t, os.MkdirAll(filepath.Join(filepath.Dir(outside), "100x100/crop"), 0o755))
	for _, path := range []string{outside, filepath.Join(filepath.Dir(outside), "100x100/crop/secret.jpg")} {
		require.NoError(t, os.WriteFile(path, []byte(secret), 0o644))
	}
	write("\x7f0123456789-1")
	write("plain.jpg")
	write("folder/plain.jpg")
	write("folder/x/y/.htaccess")
	link(outside, "link.jpg")
	link(filepath.Dir(outside), "linked")
	targets := []string{
		"/thumbs/%7f0123456789-1", "/thumbs/%7F0123456789-1", "/thumbs/\x7f0123456789-1", "/_thumbs/%7f0123456789-1", "/thumbs/%257f0123456789-1",
		"/thumbs/x/..%2f%7f0123456789-1", "/thumbs/k.jpg/100x100/crop/..%2f..%2f..%2f%7f0123456789-1", "/thumbs/plain.jpg", "/thumbs/folder/plain.jpg",
		"/thumbs/folder/x/y/.htaccess", "/thumbs/link.jpg", "/thumbs/linked/secret.jpg", "/thumbs/folder/", "/thumbs/folder", "/thumbs/linked/", "/thumbs/",
	}
	refused := []int{400, 404}
	if s.kind.Name != "Caddy" { // Caddy follows symbolic links: see Caddyfile
		link(outside, "k.jpg/100x100/crop/secret.jpg")
		link(filepath.Dir(outside), "evil.jpg")
		targets = append(targets, "/thumbs/k.jpg/100x100/crop/secret.jpg", "/thumbs/evil.jpg/100x100/crop/secret.jpg")
		refused = append(refused, 401, 403)
	}
	if s.kind.Name != "Caddy" {
		// A link in the place of a thumbnail is not followed: the handler makes the thumbnail, which replaces the
		// link.
		stands := s.Link("k.jpg", "100x100", ".png", "")
		link(outside, strings.TrimPrefix(stands, "/thumbs/"))
		for range 2 {
			got := visit(t, http.MethodGet, server.URL+stands)
			assert.Equal(t, http.StatusOK, got.status)
			assert.Equal(t, s.streamed(stands).body, got.body)
		}
	}
	for _, target := range targets {
		got := raw(t, server, target)
		assert.Contains(t, refused, got.status, target)
		assert.NotContains(t, got.body, secret, target)
		assert.NotContains(t, got.body, "plain.jpg", "a list of files")
	}
}
