package tiff_test

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

func TestReducedJPEGInTIFFLooksLikeTheFullSize(t *testing.T) {
	program(t, "vips")
	for _, options := range []string{"tile,tile-width=128,tile-height=64", "tile-height=16", "Q=90", "tile,tile-width=256,tile-height=256"} {
		file := filepath.Join(t.TempDir(), "photo.tif")
		out, err := exec.CommandContext(t.Context(), "vips", "copy", imagetest.Gallery(t, "dandelion.jpg")[0], file+"[compression=jpeg,"+options+"]").CombinedOutput()
		require.NoError(t, err, "%s", out)
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		_, whole, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{})
		require.NoError(t, err)
		size := whole.Image.Bounds().Size()
		for _, n := range []int{3, 5, 8, 13, 20} {
			least := image.Pt(size.X/n, size.Y/n)
			_, small, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{Least: least})
			require.NoError(t, err)
			require.Equal(t, least, small.Image.Bounds().Size())
			assert.Greater(t, imagetest.Likeness(whole.Image, small.Image, 1), 41.0, "%s, 1/%d", options, n)
		}
	}
}
