package engine

import (
	"bytes"
	"image"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPNGThatIsReducedWhileItIsReadHasTheSameQuality(t *testing.T) {
	size := image.Pt(641, 483)
	clear := imagetest.Subject(size, image.Pt(480, 240), 70)
	clear.Pix[3] = 7
	for name, img := range map[string]image.Image{"opaque": imagetest.Subject(size, image.Pt(480, 240), 70), "with alpha": clear} {
		file := encodePNG(t, img)
		h, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		full, err := Decode(t.Context(), file, h, image.Point{})
		require.NoError(t, err)
		for _, width := range []int{20, 50, 80, 100, 120} {
			least := MinDecode(processors.Crop{}, size, width, width)
			reduced, err := Decode(t.Context(), file, h, least)
			require.NoError(t, err)
			assert.Less(t, reduced.img.Bounds().Dx(), size.X, "%s %d", name, width)
			scaled, crop := processors.Crop{}.Plan(size, width, width)
			assert.Greater(t, imagetest.PSNRWithoutAlpha(cutOf(full, scaled, crop), cutOf(reduced, scaled, crop)), 55.0, "%s %d", name, width)
		}
		for _, width := range []int{50, 75, 90, 100} { // Smart and Entropy need more pixels than the thumbnail has
			looked, err := Decode(t.Context(), file, h, MinDecode(processors.Smart{}, size, width, width))
			require.NoError(t, err)
			scaled, crop := processors.Smart{}.Plan(size, width, width)
			assert.Greater(t, imagetest.PSNRWithoutAlpha(cutOf(full, scaled, crop), cutOf(looked, scaled, crop)), 42.0, "%s %d", name, width)
		}
	}
}

func TestATallPNGIsDecodedInLittleMemory(t *testing.T) {
	imagetest.Long(t)
	tall := image.NewGray(image.Rect(0, 0, 300, 40_000))
	file := encodePNG(t, tall)
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	least := MinDecode(processors.Fit{}, h.Size, 20, 200)
	_, err = Decode(t.Context(), file, h, least) // fills the pools of the decoder
	require.NoError(t, err)
	took := allocated(func() { _, err = Decode(t.Context(), file, h, least) })
	require.NoError(t, err)
	assert.Less(t, took, uint64(1<<20), "of a picture of 12 million pixels")
	assert.LessOrEqual(t, took, uint64(h.DecodeBytes(least)))
	assert.Less(t, h.DecodeBytes(least), int64(1<<20))
}
