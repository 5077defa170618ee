package pixels

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColorsOfAPaletteStayAsTheyAre(t *testing.T) {
	for alpha := range 256 {
		img := image.NewPaletted(image.Rect(3, 5, 19, 21), nil)
		for v := range 256 {
			img.Palette = append(img.Palette, color.NRGBA{uint8(v), 255 - uint8(v), 7, uint8(alpha)})
			img.Pix[v] = uint8(v)
		}
		part := img.SubImage(image.Rect(4, 6, 18, 20))
		out, fresh, err := NRGBA(t.Context(), part)
		require.NoError(t, err)
		require.True(t, fresh)
		require.Equal(t, image.Rect(0, 0, 14, 14), out.Rect)
		for i := range 14 * 14 {
			x, y := i%14, i/14
			require.Equal(t, img.At(4+x, 6+y), out.At(x, y), "alpha %d", alpha)
		}
	}
}

func TestAPlaceBeyondThePaletteIsTransparent(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.White})
	img.Pix[0] = 9
	out, _, err := NRGBA(t.Context(), img)
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 0, 0, 0}, out.Pix)
}
