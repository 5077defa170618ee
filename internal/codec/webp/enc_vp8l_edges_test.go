package webp

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/vp8l"
)

// The test uses all numbers of colors at which the packing of indices changes, and neighboring numbers. It also uses the
// largest sides, and colors with alpha 0.
func TestPalettesOfEverySizeAreEncodedExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	sizes := []image.Point{{1, 1}, {7, 5}, {61, 40}, {maxSide, 1}, {1, maxSide}}
	for _, colors := range []int{1, 2, 3, 4, 5, 16, 17, 255, 256, 257} {
		palette := make([]color.NRGBA, colors)
		for i := range palette {
			palette[i] = color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), [...]byte{0, 1, 254, 255, 255}[r.IntN(5)]}
		}
		for k, size := range sizes {
			img := image.NewNRGBA(image.Rectangle{Max: size})
			for i, run, c := 0, 0, palette[0]; i < size.X*size.Y; i, run = i+1, run-1 {
				if run == 0 {
					run, c = 1+r.IntN(1<<r.IntN(6)), palette[r.IntN(colors)]
				}
				img.SetNRGBA(i%size.X, i/size.X, c)
			}
			o := vp8lOptions{effort: (k + colors) % 7, exact: k%2 == 0}
			got, err := vp8l.Decode(bytes.NewReader(encodeLossless(t, img, o)))
			require.NoError(t, err)
			want, is := img.Pix, got.(*image.NRGBA).Pix
			if !o.exact {
				want, is = visible(img), visible(got.(*image.NRGBA))
			}
			require.True(t, bytes.Equal(want, is), "%d colors, %v, %+v", colors, size, o)
		}
	}
}
