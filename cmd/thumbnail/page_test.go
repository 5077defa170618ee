package main_test

import (
	"bytes"
	"html"
	"image"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

// These tests check the content of the gallery's pages.
const (
	base          = "/thumbs/"
	fidelityBase  = "/fidelity/thumbs/"
	photosPerPage = 10
)

var (
	methods = []string{"crop", "scale", "smart", "fit", "entropy"}
	sizes   = []string{"200x200", "320x120", "120x"}
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// shown is one figure of the gallery, as in the HTML.
type shown struct {
	Link  string // path of the img
	Line  string // of a template, as the page shows it
	URL   string // as the page shows it
	Facts string // pixels and bytes
}

var figurePattern = regexp.MustCompile(`(?s)<figure(?: class="bad"| data-bytes="\d+")*>\s*<a class="stage"[^>]*><img src="([^"]+)".*?class="facts">(.*?)</span>\s*<code>(.*?)</code>\s*<a class="url"[^>]*>(.*?)</a>`)

// figures fetches a page of the gallery.
func figures(t *testing.T, page string) (all []shown) {
	t.Helper()
	resp, body := get(t, page)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
	for _, m := range figurePattern.FindAllStringSubmatch(string(body), -1) {
		all = append(all, shown{
			Link: html.UnescapeString(m[1]), Facts: html.UnescapeString(m[2]),
			Line: html.UnescapeString(m[3]), URL: html.UnescapeString(m[4]),
		})
	}
	require.Equal(t, bytes.Count(body, []byte("<img "))-bytes.Count(body, []byte(`<img src="/originals/`)), len(all), "an img without its caption")
	return all
}

// source, size and method return the parts of the URL of a figure.
func (s shown) parts(t *testing.T) (source, size, method string) {
	t.Helper()
	path, err := url.PathUnescape(s.Link)
	require.NoError(t, err)
	parts := strings.Split(strings.TrimPrefix(path, base), "/")
	n := len(parts)
	require.GreaterOrEqual(t, n, 4, s.Link)
	return strings.Join(parts[:n-3], "/"), parts[n-3], parts[n-2]
}

// want returns the expected size of a thumbnail of an upright original of w × h pixels. Halves are rounded
// away from zero.
func want(w, h int, size, method string) image.Point {
	left, right, _ := strings.Cut(size, "x")
	boxW, _ := strconv.Atoi(left)
	boxH, _ := strconv.Atoi(right)
	round := func(a, b int) int { return (2*a + b) / (2 * b) }
	byWidth := image.Pt(boxW, round(h*boxW, w))
	byHeight := image.Pt(round(w*boxH, h), boxH)
	switch {
	case boxH == 0:
		return byWidth
	case boxW == 0:
		return byHeight
	case method == "scale" && byWidth.Y >= boxH, method == "fit" && byWidth.Y <= boxH:
		return byWidth
	case method == "scale" || method == "fit":
		return byHeight
	}
	return image.Pt(boxW, boxH)
}

func get(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, body
}

// join appends a path to the server's address, which ends with a slash.
func join(address, path string) string { return strings.TrimSuffix(address, "/") + path }
