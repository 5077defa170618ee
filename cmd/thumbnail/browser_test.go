package main_test

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// A real browser enforces the page's Content-Security-Policy, runs its script, and returns the resulting
// HTML.
func TestBrowserWritesPixelsAndBytesUnderEachPicture(t *testing.T) {
	chromium := imagetest.Program(t, "chromium", "chromium")
	dir := t.TempDir()
	writePicture(t, dir, "good.jpg")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "text.jpg"), []byte("no picture"), 0o644))
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", dir)

	// The window is as high as the page, so that lazy pictures are loaded, too. On a second visit all
	// thumbnails are in the storage.
	browser := exec.Command(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--window-size=1280,6000", "--virtual-time-budget=20000", "--dump-dom", server.URL)
	var stderr bytes.Buffer
	browser.Stderr = &stderr
	dom, err := browser.Output()
	require.NoError(t, err, "%s", stderr.String())
	require.NotContains(t, stderr.String(), "Content Security Policy")

	found := figurePattern.FindAllStringSubmatch(string(dom), -1)
	require.Len(t, found, 2*len(methods)*len(sizes), "%s\n%s", dom, stderr.String())
	for _, m := range found {
		f := shown{Link: html.UnescapeString(m[1]), Facts: html.UnescapeString(m[2])}
		resp, body := get(t, join(server.URL, f.Link))
		if resp.StatusCode != http.StatusOK {
			require.Equal(t, "no picture: 415 Unsupported Media Type", f.Facts)
			continue
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(body))
		require.NoError(t, err)
		require.Regexp(t, fmt.Sprintf(`^%d\x{2009}×\x{2009}%d pixels, %d bytes, made in \d+\.\d\x{2009}ms$`, config.Width, config.Height, len(body)), f.Facts, f.Link)
	}
}
