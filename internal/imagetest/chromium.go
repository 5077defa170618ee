package imagetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Screenshots returns files as Chromium displays them over a background. All files have the same size. Without Chromium it skips or fails
// the test, as Missing does.
func Screenshots(t *testing.T, files [][]byte, mediaType string, size image.Point, background color.RGBA) (out []*image.RGBA) {
	chromium := Program(t, "chromium", "chromium")
	var page strings.Builder
	fmt.Fprintf(&page, `<!doctype html><body style="margin:0;background:rgb(%d,%d,%d)">`, background.R, background.G, background.B)
	for _, f := range files {
		fmt.Fprintf(&page, `<img style="display:block;width:%dpx;height:%dpx" src="data:%s;base64,%s">`, size.X, size.Y, mediaType, base64.StdEncoding.EncodeToString(f))
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "page.html"), []byte(page.String()), 0o600))
	shot := filepath.Join(dir, "shot.png")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	output, err := exec.CommandContext(ctx, chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--hide-scrollbars",
		"--user-data-dir="+filepath.Join(dir, "data"), "--screenshot="+shot, fmt.Sprintf("--window-size=%d,%d", max(size.X, 500), size.Y*len(files)+200), "file://"+filepath.Join(dir, "page.html")).CombinedOutput()
	require.NoError(t, err, "%s", output)
	data, err := os.ReadFile(shot)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	for i := range files {
		one := image.NewRGBA(image.Rectangle{Max: size})
		draw.Draw(one, one.Rect, img, image.Pt(0, i*size.Y), draw.Src)
		out = append(out, one)
	}
	return out
}
