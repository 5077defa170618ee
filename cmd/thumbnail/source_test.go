package main_test

import (
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

// writePicture writes a small JPEG under dir, and creates its directories.
func writePicture(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, jpeg.Encode(f, image.NewGray(image.Rect(0, 0, 40, 30)), nil))
}

func TestSourceMayHaveAnyNames(t *testing.T) {
	dir := t.TempDir()
	names := []string{
		"plain.jpg", "UPPER.JPG", "a b/c d.jpeg", "100%.jpg", "a%2Fb.jpg", "#1?.jpg", "a+b&c=d;e,f.jpg", "q\"uo'te`.jpg", "<script>.jpg",
		"日本/写真 😀.jpg", "{{.}}.jpg", "kitten.jpg/inside.jpg", "~!*(').jpg", "..dots..jpg", strings.Repeat("n", 251) + ".jpg",
	}
	for _, name := range names {
		writePicture(t, dir, name)
	}
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", dir)

	found := map[string]bool{}
	for page := server.URL; page != ""; page = next(t, page, server.URL) {
		for _, f := range figures(t, page) {
			source, _, _ := f.parts(t)
			found[source] = true
			resp, body := get(t, join(server.URL, f.Link))
			require.Equal(t, http.StatusOK, resp.StatusCode, "%s: %s", source, body)
		}
	}
	for _, name := range names {
		hidden := strings.HasPrefix(name, ".")
		require.Equal(t, !hidden, found[name], name)
	}
}

// next returns the address of the next page, or "" for the last page.
func next(t *testing.T, page, server string) string {
	t.Helper()
	_, body := get(t, page)
	_, after, ok := strings.Cut(string(body), `rel="next" href="`)
	if !ok {
		return ""
	}
	link, _, _ := strings.Cut(after, `"`)
	return join(server, link)
}

func TestUnreadablePicturesAreNotFatal(t *testing.T) {
	dir := t.TempDir()
	writePicture(t, dir, "good.jpg")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "text.jpg"), []byte("no picture"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling.jpg")))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "outside.jpg")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "back\\slash.jpg"), nil, 0o644))
	writePicture(t, dir, ".hidden/secret.jpg")
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", dir)

	status := map[string]int{}
	for _, f := range figures(t, server.URL) {
		source, _, _ := f.parts(t)
		resp, _ := get(t, join(server.URL, f.Link))
		status[source] = resp.StatusCode
	}
	require.Equal(t, map[string]int{
		"good.jpg":     http.StatusOK,
		"text.jpg":     http.StatusUnsupportedMediaType,
		"dangling.jpg": http.StatusNotFound,
		"outside.jpg":  http.StatusNotFound,
	}, status)
	_, body := get(t, server.URL)
	require.Contains(t, string(body), "Left out: 1")
	server.Stop(t)
}

func TestPagesShowEveryPictureOnce(t *testing.T) {
	dir := t.TempDir()
	const pictures = 2*photosPerPage + 3
	for i := range pictures {
		writePicture(t, dir, fmt.Sprintf("%02d.jpg", i))
	}
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", dir)
	var order []string
	pages := 0
	for page := server.URL; page != ""; page = next(t, page, server.URL) {
		pages++
		for i, f := range figures(t, page) {
			if source, _, _ := f.parts(t); i%(len(methods)*len(sizes)) == 0 {
				order = append(order, source)
			}
		}
	}
	require.Equal(t, 3, pages)
	require.Len(t, order, pictures)
	require.IsIncreasing(t, order)
}

func TestAnEmptySourceIsAPageWithoutPictures(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", t.TempDir())
	_, body := get(t, server.URL)
	require.Contains(t, string(body), "There are no pictures here.")
}
