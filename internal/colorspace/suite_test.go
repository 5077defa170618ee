package colorspace

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// The pictures of PngSuite have 1 to 16 bits per sample, and gAMA, cHRM and other color chunks.
func TestPngSuiteIsWhatChromiumShows(t *testing.T) {
	names := imagetest.CorpusMatching(t, "png/pngsuite-*.png")
	size := image.Pt(32, 32)
	var kept []string
	var files [][]byte
	var sources []image.Image
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		img, err := png.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		if opaque, ok := img.(interface{ Opaque() bool }); ok && opaque.Opaque() && img.Bounds().Size() == size {
			kept, files, sources = append(kept, filepath.Base(name)), append(files, data), append(sources, img)
		}
	}
	require.NotEmpty(t, files)
	converted := 0
	for i, shown := range imagetest.Screenshots(t, files, "image/png", size, color.RGBA{255, 255, 255, 255}) {
		tr := Of("png", files[i])
		if tr != nil {
			converted++
		}
		got := toNRGBA(apply(tr, sources[i]))
		largest := 0
		for j, v := range got.Pix {
			d := int(v) - int(shown.Pix[j])
			largest = max(largest, d, -d)
		}
		allowed := 1
		switch sources[i].(type) {
		case *image.Gray16, *image.RGBA64:
			allowed = 13 // Chromium first reduces the samples to 8 bits, which leaves gaps in linear light
		}
		assert.LessOrEqual(t, largest, allowed, kept[i])
	}
	t.Logf("%d pictures, of which %d say that they are not sRGB", len(files), converted)
}
