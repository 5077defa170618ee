package main_test

import (
	"bytes"
	"fmt"
	"image"
	"net/http"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

// photos are the photos that come with the program, with their upright sizes.
var builtIn = map[string]image.Point{
	"animals/dogs.jpg": {800, 1200},
	"bowl.png":         {480, 367},
	"dandelion.jpg":    {1440, 810},
	"drum.jpg":         {800, 1200}, // stored as 1200×800, with an EXIF orientation
	"mountain.jpg":     {1200, 900},
}

func TestWithoutTheGalleryThereAreThumbnailsAlone(t *testing.T) {
	const key = "0123456789abcdef"
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-key", key, "-gallery=false")
	for _, page := range []string{"/", "/fidelity", "/gallery.css"} {
		resp, _ := get(t, join(server.URL, page))
		require.Equal(t, http.StatusNotFound, resp.StatusCode, page)
	}
	signer, err := thumbnail.NewSigner([]byte(key))
	require.NoError(t, err)
	link, err := thumbnail.URL(base, signer, thumbnail.Spec{Source: "mountain.jpg", Size: thumbnail.Size{Width: 40}, Method: "fit", Ext: ".jpg"})
	require.NoError(t, err)
	resp, _ := get(t, join(server.URL, link))
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

func TestGalleryShowsEveryPhotoInEveryMethodAndSize(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0")
	page := figures(t, server.URL)
	require.Len(t, page, len(builtIn)*len(methods)*len(sizes))

	type thumb struct{ source, size, method string }
	seen := map[thumb]bool{}
	bytesOf := map[string]int{}
	for _, f := range page {
		source, size, method := f.parts(t)
		original, ok := builtIn[source]
		require.True(t, ok, f.Link)
		seen[thumb{source, size, method}] = true
		require.Equal(t, f.Link, f.URL)
		require.Equal(t, "not made yet", f.Facts, "rendering a page makes no thumbnail")

		resp, body := get(t, join(server.URL, f.Link))
		require.Equal(t, http.StatusOK, resp.StatusCode, f.Link)
		img, format, err := image.Decode(bytes.NewReader(body))
		require.NoError(t, err, f.Link)
		require.Equal(t, want(original.X, original.Y, size, method), img.Bounds().Size(), f.Link)
		require.Equal(t, "image/"+format, resp.Header.Get("Content-Type"))
		bytesOf[f.Link] = len(body)

		ext := ".jpg"
		if strings.HasSuffix(source, ".png") {
			ext = ".png"
			if method == "fit" {
				_, _, _, alpha := img.At(0, 0).RGBA()
				require.Zero(t, alpha, "the corner of %s is transparent", f.Link)
			}
		}
		require.Equal(t, fmt.Sprintf(`{{thumbnail %q %q %q %q}}`, source, size, method, ext), f.Line)
	}
	require.Len(t, seen, len(page), "each of them once")

	for _, f := range figures(t, server.URL) {
		source, size, method := f.parts(t)
		px := want(builtIn[source].X, builtIn[source].Y, size, method)
		require.Regexp(t, fmt.Sprintf(`^%d\x{2009}×\x{2009}%d pixels, %d bytes, made in \d+\.\d\x{2009}ms$`, px.X, px.Y, bytesOf[f.Link]), f.Facts)
	}
	server.Stop(t)
}

func TestGalleryAllowsNoScriptAndStyleButItsOwn(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0")
	resp, body := get(t, server.URL)
	policy := resp.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, string(body), " style=", "the policy forbids it")
	for path, mediaType := range map[string]string{"/gallery.css": "text/css", "/gallery.js": "text/javascript", "/icon.svg": "image/svg+xml"} {
		require.Contains(t, string(body), `"`+path+`"`)
		resp, _ := get(t, join(server.URL, path))
		require.Equal(t, http.StatusOK, resp.StatusCode, path)
		require.Contains(t, resp.Header.Get("Content-Type"), mediaType)
	}
	for _, path := range []string{"/nothing", "/?page=0", "/?page=x", "/?page=1001", "/photos/drum.jpg"} {
		resp, _ := get(t, join(server.URL, path))
		require.Equal(t, http.StatusNotFound, resp.StatusCode, path)
	}
}

func TestThumbnailsNeedTheRightSecret(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0")
	resp, _ := get(t, join(server.URL, "/thumbs/drum.jpg/4000x4000/crop/"+strings.Repeat("0", 40)+".jpg"))
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	resp, _ = get(t, join(server.URL, "/thumbs/drum.jpg"))
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
}
