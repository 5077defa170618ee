package main

import (
	"html"
	"image"
	_ "image/jpeg"
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// A process that renders pages and a process that makes thumbnails share only the key.
func TestPagesOfOneProcessShowThumbnailsOfAnother(t *testing.T) {
	server := program.Start(t, program.Build(t, "../../cmd/thumbnail"), []string{"THUMBNAIL_KEY=a key of both programs"}, "-addr", "127.0.0.1:0")
	page := program.Build(t, ".")

	stdout, stderr, status := program.Run(t, page, []string{"THUMBNAIL_KEY=a key of both programs", "THUMBNAIL_BASE=" + server.URL + "thumbs"},
		"animals/dogs.jpg", "dandelion.jpg", "")
	require.Equal(t, 0, status, stderr)
	images := regexp.MustCompile(`<img src="([^"]+)"`).FindAllStringSubmatch(stdout, -1)
	require.Len(t, images, 4, "%s", stdout)
	var sizes []image.Point
	for _, m := range images {
		resp, err := http.Get(html.UnescapeString(m[1]))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode, m[1])
		img, _, err := image.Decode(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		sizes = append(sizes, img.Bounds().Size())
	}
	require.Equal(t, []image.Point{{64, 64}, {320, 480}, {64, 64}, {320, 180}}, sizes)

	// Links signed with another key are refused.
	stdout, stderr, status = program.Run(t, page, nil, "-key", "a key that one has", "-base", server.URL+"thumbs/", "dandelion.jpg")
	require.Equal(t, 0, status, stderr)
	resp, err := http.Get(html.UnescapeString(regexp.MustCompile(`src="([^"]+)"`).FindStringSubmatch(stdout)[1]))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
}

func TestNamesAreEscapedForHTMLAndURLs(t *testing.T) {
	page := program.Build(t, ".")
	stdout, stderr, status := program.Run(t, page, nil, "-key", "a key that one has", `a "b"<script>&'c'.jpg`)
	require.Equal(t, 0, status, stderr)
	require.NotContains(t, stdout, "<script>")
	require.Contains(t, stdout, "a%20%22b%22%3Cscript%3E%26")
}

func TestWithoutAKeyThereIsNoPage(t *testing.T) {
	stdout, stderr, status := program.Run(t, program.Build(t, "."), nil, "dandelion.jpg")
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "key")
}
