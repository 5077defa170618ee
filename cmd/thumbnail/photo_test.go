package main_test

import (
	"bytes"
	"html"
	"image"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// images returns the pictures of a page, except the originals.
func images(t *testing.T, page string) (links []string) {
	t.Helper()
	resp, body := get(t, page)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
	for _, m := range regexp.MustCompile(`<img src="([^"]+)"`).FindAllStringSubmatch(string(body), -1) {
		if !strings.HasPrefix(m[1], "/originals/") {
			links = append(links, html.UnescapeString(m[1]))
		}
	}
	return links
}

func TestAPhotoIsShownAsTheFormAsks(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0")
	photo := join(server.URL, "/photo/mountain.jpg")
	for query, sizes := range map[string][]image.Point{
		"":                                     {{320, 240}, {320, 240}, {640, 480}, {640, 480}},
		"?size=60x40&method=smart&ext=.webp":   {{60, 40}, {120, 80}},
		"?size=60x40&method=focus&x=10&y=90":   {{60, 40}, {60, 40}, {120, 80}, {120, 80}},
		"?size=90x&method=fit&ext=.png":        {{90, 68}, {180, 135}},
		"?size=60x40&method=focus&ext=.gif&x=": {{60, 40}, {120, 80}},
	} {
		links := images(t, photo+query)
		require.Len(t, links, len(sizes), query)
		for i, link := range links {
			resp, body := get(t, join(server.URL, link))
			require.Equal(t, http.StatusOK, resp.StatusCode, link)
			require.Contains(t, resp.Header.Get("Server-Timing"), "encode;dur=", "which the page shows")
			config, _, err := image.DecodeConfig(bytes.NewReader(body))
			require.NoError(t, err, link)
			require.Equal(t, sizes[i], image.Pt(config.Width, config.Height), link)
		}
	}
	require.Contains(t, images(t, photo+"?size=60x40&method=focus&x=10&y=90")[0], "/focus_10_90/")

	// The page reports an invalid field, and lists the valid values.
	for query, says := range map[string]string{
		"?size=big":                   "100x100, 100x or x100",
		"?method=cut":                 "crop, entropy, fit, focus",
		"?ext=.exe":                   ".gif, .jpeg, .jpg, .png, .webp",
		"?method=focus&x=101&y=1":     "0 to 100",
		`?method=<script>&size=10x10`: "&lt;script&gt;",
	} {
		_, body := get(t, photo+strings.NewReplacer("<", "%3C", ">", "%3E").Replace(query))
		require.Regexp(t, `<p class="wrong">[^<]*`+regexp.QuoteMeta(says), string(body), query)
		require.NotContains(t, string(body), "<script>")
	}
	for _, path := range []string{"/photo/", "/photo/absent.jpg", "/photo/README.md", "/originals/absent.jpg", "/originals/README.md", "/originals/..%2f..%2fgo.mod.jpg"} {
		resp, _ := get(t, join(server.URL, path))
		require.Equal(t, http.StatusNotFound, resp.StatusCode, path)
	}
}

func TestOriginalsAreShownAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	writePicture(t, dir, "a b/100%.jpg")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "page.jpg"), []byte("<!doctype html><script>alert(1)</script>"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("secret"), 0o644))
	writePicture(t, dir, ".hidden/secret.jpg")
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", dir)
	_, page := get(t, server.URL)
	link := regexp.MustCompile(`<img src="(/originals/a[^"]+)"`).FindStringSubmatch(string(page))
	require.NotNil(t, link, "%s", page)
	resp, body := get(t, join(server.URL, link[1]))
	require.Equal(t, "image/jpeg", resp.Header.Get("Content-Type"))
	want, err := os.ReadFile(filepath.Join(dir, "a b", "100%.jpg"))
	require.NoError(t, err)
	require.Equal(t, want, body)

	resp, body = get(t, join(server.URL, "/originals/page.jpg"))
	require.Equal(t, http.StatusUnsupportedMediaType, resp.StatusCode, "what is no picture is not sent")
	require.NotContains(t, string(body), "script")
	for _, path := range []string{"/originals/notes.txt", "/originals/.hidden/secret.jpg", "/photo/.hidden/secret.jpg"} {
		resp, _ := get(t, join(server.URL, path))
		require.Equal(t, http.StatusNotFound, resp.StatusCode, path)
	}
}

func TestPicturesInAPageAreThoseOfThePresets(t *testing.T) {
	binary := program.Build(t, ".")
	server := program.Start(t, binary, nil, "-addr", "127.0.0.1:0")
	_, page := get(t, join(server.URL, "/picture"))
	for _, part := range []string{`<link rel="preload" as="image"`, `<source type="image/webp"`, `loading="lazy"`, `fetchpriority="high"`, "{{picture . &#34;hero&#34; &#34;alt&#34; .Name &#34;priority&#34; true}}"} {
		require.Contains(t, string(page), part)
	}
	srcset := regexp.MustCompile(`srcset="([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, srcset)
	for _, m := range srcset[:2] {
		for _, candidate := range strings.Split(html.UnescapeString(m[1]), ", ") {
			link, _, _ := strings.Cut(candidate, " ")
			resp, _ := get(t, join(server.URL, link))
			require.Equal(t, http.StatusOK, resp.StatusCode, link)
		}
	}

	server = program.Start(t, binary, nil, "-addr", "127.0.0.1:0", "-presets", writePresets(t, threePresets))
	_, page = get(t, join(server.URL, "/picture"))
	for _, name := range []string{"avatar", "card", "hero"} {
		require.Contains(t, string(page), "<h2>"+name+"</h2>")
	}
	server = program.Start(t, binary, nil, "-addr", "127.0.0.1:0", "-source", t.TempDir())
	_, page = get(t, join(server.URL, "/picture"))
	require.Contains(t, string(page), "There are no pictures here.")
}
