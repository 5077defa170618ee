package engine

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/saliency"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// wallpapers are photographs of the Debian packages lomiri-wallpapers-16.04 and mate-backgrounds.
var wallpapers = []string{"/usr/share/backgrounds/*.jpg", "/usr/share/backgrounds/mate/nature/*.jpg"}

// overlap returns the fraction of a that b covers.
func overlap(a, b image.Rectangle) float64 {
	both := a.Intersect(b).Size()
	return float64(both.X*both.Y) / float64(a.Dx()*a.Dy())
}

// The test decodes each file at the smallest sufficient size, and larger. The two boxes that Smart chooses must overlap by
// 80 %. The test uses the first ten photographs whose box is not the middle one.
func TestSmartFindsTheSameSubjectInAReducedPicture(t *testing.T) {
	const many = 10
	paths := append(imagetest.Gallery(t, "*.jpg", "animals/*.jpg"), imagetest.CorpusMatching(t, "photos/*.jpg")...)
	for _, pattern := range wallpapers {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		paths = append(paths, found...)
	}
	tried := 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		scaled, crop := processors.Smart{}.Plan(h.Size, 200, 200)
		look := func(least image.Point) image.Rectangle {
			pic, err := Decode(t.Context(), data, h, least)
			require.NoError(t, err)
			defer pic.Release()
			found, err := processors.Smart{}.Locate(t.Context(), orientOf(pic.img, pic.header.Orientation), scaled, crop)
			require.NoError(t, err)
			return found
		}
		large := look(scaling.Size(h.Size, 1.5*saliency.Side/float64(min(h.Size.X, h.Size.Y))))
		if overlap(large, crop) >= 0.9 {
			continue
		}
		small := look(MinDecode(processors.Smart{}, h.Size, 200, 200))
		t.Logf("%s: %.0f %%", path, 100*overlap(large, small))
		assert.GreaterOrEqual(t, overlap(large, small), 0.8, path)
		if tried++; tried == many {
			return
		}
	}
	assert.GreaterOrEqual(t, tried, 2, "photographs with a subject off the middle")
}

// Photographs in which github.com/muesli/smartcrop cuts the fig in half, and shows the meadow without the
// mountains.
func TestSmartKeepsTheFigAndTheMountains(t *testing.T) {
	for _, c := range []struct {
		name   string
		y0, y1 float64 // rows, 0 to 1, that the crop has to contain
	}{{"bowl.png", 0.27, 0.72}, {"mountain.jpg", 0.33, 0.66}} {
		data, err := os.ReadFile(imagetest.Gallery(t, c.name)[0])
		require.NoError(t, err)
		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		pic, err := Decode(t.Context(), data, h, MinDecode(processors.Smart{}, h.Size, 320, 120))
		require.NoError(t, err)
		scaled, crop := processors.Smart{}.Plan(h.Size, 320, 120)
		got, err := processors.Smart{}.Locate(t.Context(), pic.Image(), scaled, crop)
		require.NoError(t, err)
		assert.LessOrEqual(t, float64(got.Min.Y), c.y0*float64(scaled.Y), c.name)
		assert.GreaterOrEqual(t, float64(got.Max.Y), c.y1*float64(scaled.Y), c.name)
		pic.Release()
	}
}
