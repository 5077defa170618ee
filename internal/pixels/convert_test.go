package pixels

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColorsOfAPaletteAreUnchanged(t *testing.T) {
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

func TestAnIndexBeyondThePaletteIsTransparent(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.White})
	img.Pix[0] = 9
	out, _, err := NRGBA(t.Context(), img)
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 0, 0, 0}, out.Pix)
}

func TestOpaqueFindsOneTransparentPixelAnywhere(t *testing.T) {
	for w := 1; w <= 19; w++ {
		whole := image.NewNRGBA(image.Rect(-3, -2, 30, 10))
		for i := range whole.Pix {
			whole.Pix[i] = byte(i) | 0xf0
			if i%4 == 3 {
				whole.Pix[i] = 255
			}
		}
		part := whole.SubImage(image.Rect(2, 1, 2+w, 4)).(*image.NRGBA)
		for y := whole.Rect.Min.Y; y < whole.Rect.Max.Y; y++ {
			for x := whole.Rect.Min.X; x < whole.Rect.Max.X; x++ {
				whole.Pix[whole.PixOffset(x, y)+3] = 254
				inside := image.Pt(x, y).In(part.Rect)
				require.Equal(t, !inside, Opaque(part), "%d wide, pixel %d,%d", w, x, y)
				require.Equal(t, !inside, Opaque(&image.RGBA{Pix: part.Pix, Stride: part.Stride, Rect: part.Rect}))
				whole.Pix[whole.PixOffset(x, y)+3] = 255
			}
		}
	}
	require.True(t, Opaque(image.NewNRGBA(image.Rectangle{})))
}
