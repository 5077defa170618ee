package main

import (
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every framework passes on names with special characters unchanged.
func TestEveryFrameworkPassesPathsAsTheyWereSigned(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	for _, name := range []string{"photo.jpg", "a/b c.jpg", "50%.jpg", "q?.jpg", "#1.jpg", "ä+&;=.jpg", "a%2Fb.jpg", `"<b>.jpg`} {
		dir := t.TempDir()
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		f, err := os.Create(file)
		require.NoError(t, err)
		require.NoError(t, jpeg.Encode(f, image.NewRGBA(image.Rect(0, 0, 400, 300)), nil))
		require.NoError(t, f.Close())
		h, link, err := prepare(dir, name)
		require.NoError(t, err)
		for framework, mount := range mounts {
			server := httptest.NewServer(mount(h))
			resp, err := http.Get(server.URL + link)
			require.NoError(t, err)
			config, _, err := image.DecodeConfig(resp.Body)
			assert.NoError(t, err, "%s, %s", framework, name)
			assert.Equal(t, 200, config.Width)
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			server.Close()
		}
	}
}
