package tiff_test

import (
	"encoding/binary"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// levelsAndAlphas calls a function with every combination of some levels and alphas.
func levelsAndAlphas(each func(level, alpha int)) {
	for alpha := 0; alpha < 256; alpha += 51 {
		for level := 0; level < 256; level += 15 {
			each(level, alpha)
		}
	}
}

func TestPremultipliedWhiteIsZeroIsInvertedAsItIsStored(t *testing.T) {
	for _, bits := range []int{8, 16} {
		var v []uint64
		var want []color.NRGBA
		levelsAndAlphas(func(level, alpha int) {
			for _, s := range []int{level, alpha} {
				v = append(v, uint64(s)*(1<<bits-1)/255)
			}
			g := uint8(min((255-level)*255/max(alpha, 1), 255))
			want = append(want, color.NRGBA{g, g, g, uint8(alpha)})
		})
		f := pieces.NewTIFF(len(want), 1, bits, 2, 0, pack(binary.LittleEndian, bits, len(v), v)).Set(338, []uint16{1})
		img := decoded(t, f)
		for x, c := range want {
			if c.A > 0 {
				assertNear(t, c, img.At(x, 0))
			}
		}
	}
}

func TestCMYKKeepsItsAlpha(t *testing.T) {
	for _, bits := range []int{8, 16} {
		for _, planar := range []bool{false, true} {
			for _, extra := range []uint16{1, 2} {
				var planes [5][]uint64
				var want []color.NRGBA
				levelsAndAlphas(func(level, alpha int) {
					inks := []int{level, 255 - level, level / 2, alpha / 2}
					r, g, b := color.CMYKToRGB(byte(inks[0]), byte(inks[1]), byte(inks[2]), byte(inks[3]))
					want = append(want, color.NRGBA{r, g, b, uint8(alpha)})
					for i, s := range append(inks, alpha) {
						w := uint64(s) * (1<<bits - 1) / 255
						if extra == 1 && i < 4 {
							w = w * uint64(alpha) / 255
						}
						planes[i] = append(planes[i], w)
					}
				})
				n := len(want)
				f := pieces.NewTIFF(n, 1, bits, 5, 5).Set(338, []uint16{extra})
				if planar {
					f.Set(284, []uint16{2})
					for _, p := range planes {
						f.Parts = append(f.Parts, pack(binary.LittleEndian, bits, n, p))
					}
				} else {
					var all []uint64
					for x := range n {
						for _, p := range planes {
							all = append(all, p[x])
						}
					}
					f.Parts = append(f.Parts, pack(binary.LittleEndian, bits, 5*n, all))
				}
				img := decoded(t, f)
				for x, c := range want {
					if c.A > 0 || extra == 2 {
						assertNear(t, c, img.At(x, 0))
					}
				}
			}
		}
	}
}

func TestCMYKWithAlphaIsConvertedByTheInksOfTheCaller(t *testing.T) {
	f := pieces.NewTIFF(2, 1, 8, 5, 5, []byte{1, 2, 3, 4, 200, 5, 6, 7, 8, 255}).Set(338, []uint16{2})
	inks := func(dst, src []byte) {
		for i, v := range src {
			dst[i] = 10 * v
		}
	}
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Inks: inks})
	require.NoError(t, err)
	assert.Equal(t, color.NRGBA{10, 20, 30, 200}, pic.Image.At(0, 0))
	assert.Equal(t, color.NRGBA{50, 60, 70, 255}, pic.Image.At(1, 0))
}

// assertNear checks that got is the color c. It allows for the rounding of premultiplied samples of 8 bits.
func assertNear(t *testing.T, c color.NRGBA, got color.Color) {
	t.Helper()
	g := color.NRGBAModel.Convert(got).(color.NRGBA)
	delta := 2 + 255/float64(max(c.A, 1))
	assert.Equal(t, c.A, g.A)
	for i, v := range [3]uint8{c.R, c.G, c.B} {
		assert.InDelta(t, v, [3]uint8{g.R, g.G, g.B}[i], delta, "%v, got %v", c, g)
	}
}
