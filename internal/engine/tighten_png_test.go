package engine

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/ssimulacra2"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// ring returns a black icon with antialiased edges on transparent ground.
func ring(side int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		x, y := float64(i%side)+0.5-float64(side)/2, float64(i/side)+0.5-float64(side)/2
		r := math.Hypot(x, y)
		in := min(max(float64(side)*0.45-r, 0), 1) * min(max(r-float64(side)*0.3, 0), 1)
		img.SetNRGBA(i%side, i/side, color.NRGBA{46, 52, 54, uint8(math.Round(255 * in))})
	}
	return img
}

// Scaling adds shades along all edges. The thumbnail may lose most of them, because nobody sees it.
func TestAnIconDoesNotBecomeLarger(t *testing.T) {
	for _, side := range []int{48, 64, 96} {
		var b bytes.Buffer
		require.NoError(t, processors.PNG{Palette: processors.PaletteNever}.Encode(&b, ring(side)))
		for _, width := range []int{side * 9 / 10, side * 7 / 10} {
			full := fileOfWidth(t, b.Bytes(), processors.PNG{Palette: processors.PaletteNever}, width)
			require.Greater(t, len(full), b.Len())
			thumb := fileOfWidth(t, b.Bytes(), processors.PNG{}, width)
			assert.LessOrEqual(t, len(thumb), b.Len(), "%d of %d pixels", width, side)
			_, want := decodeFile(t, full)
			_, got := decodeFile(t, thumb)
			score, err := ssimulacra2.NewReference(onWhite(want)).Score(onWhite(got))
			require.NoError(t, err)
			assert.Greater(t, score, 88.0, "%d of %d pixels", width, side)
			assert.Greater(t, imagetest.PSNR(onWhite(want), onWhite(got)), 34.0, "%d of %d pixels", width, side)
		}
	}
}
