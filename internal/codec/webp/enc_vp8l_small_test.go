package webp

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func TestTheEstimatedCostsAreThoseOfPrefixCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for range 300 {
		counts := make([]uint32, 2+r.IntN(280))
		for i := range counts {
			if counts[i] = uint32(r.IntN(1 << r.IntN(12))); r.IntN(3) == 0 {
				counts[i] = 0
			}
		}
		counts[0], counts[1] = uint32(1+r.IntN(1<<20)), 7 // symbol 0 occurs far more often than the others
		var m codeMaker
		length := make([]uint8, len(counts))
		m.lengths(counts, maxLength, length)
		want := 0.0
		for s, n := range counts {
			want += float64(n) * float64(length[s])
		}
		assert.InEpsilon(t, want, float64(entropy(counts)), 0.35)
	}
}

func TestRepeatedPixelsAreBackwardReferences(t *testing.T) {
	tile, wall := imagetest.Static(64, 64, 1), image.NewNRGBA(image.Rect(0, 0, 512, 320))
	for y := range 320 {
		for x := range 512 {
			wall.Set(x, y, tile.At(x%64, y%64))
		}
	}
	one, all := len(encodeLossless(t, tile, vp8lOptions{effort: 4})), len(encodeLossless(t, wall, vp8lOptions{effort: 4}))
	assert.Less(t, all, one+one/8)
}

func TestAGradientOfEqualRowsOrColumnsTakesFewBytes(t *testing.T) {
	for name, at := range map[string]func(x, y int) int{"rows": func(x, _ int) int { return x }, "columns": func(_, y int) int { return y }} {
		img := image.NewNRGBA(image.Rect(0, 0, 700, 500))
		for y := range 500 {
			for x := range 700 {
				v := at(x, y)
				img.SetNRGBA(x, y, color.NRGBA{byte(v / 3), byte(v / 4), byte(255 - v/5), 255})
			}
		}
		assert.Less(t, len(encodeLossless(t, img, vp8lOptions{effort: 4})), 1200, name)
	}
}

// A sprite of a few colors needs no palette: each color is written once, and is in the color cache from then on.
func TestASmallSpriteTakesFewBytes(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 14, 13))
	for y := range 13 {
		for x := range 14 {
			c := color.NRGBA{246, 248, 250, 255}
			switch d := (2*x-13)*(2*x-13) + (2*y-12)*(2*y-12); {
			case d < 60:
				c = color.NRGBA{220, 40, 40, 255}
			case d < 110:
				c = color.NRGBA{20, 20, 20, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	assert.Less(t, len(encodeLossless(t, img, vp8lOptions{effort: 4})), 70)
}

// A prefix code whose last symbol occurs does not say how many symbols follow.
func TestTheShorterDescriptionOfAPrefixCodeIsWritten(t *testing.T) {
	length := func(at ...int) (all []uint8) {
		all = make([]uint8, 256)
		for _, i := range at {
			all[i] = 2
		}
		return all
	}
	var m codeMaker
	assert.True(t, m.describe(nil, length(0, 1, 2, 3)).trimmed)
	assert.False(t, m.describe(nil, length(0, 9, 20, 255)).trimmed)
}

func TestTheMemoryOfAnEncoderIsCharged(t *testing.T) {
	assert.LessOrEqual(t, int(unsafe.Sizeof(vp8lEncoder{})), vp8lEncoderBytes)
}

func TestAPictureOfOneColorTakesNoBitsPerPixel(t *testing.T) {
	for _, c := range []color.NRGBA{{0, 0, 0, 255}, {1, 0, 200, 255}, {7, 7, 7, 90}, {}} {
		img := image.NewNRGBA(image.Rect(0, 0, 500, 300))
		for i := range img.Pix {
			img.Pix[i] = []byte{c.R, c.G, c.B, c.A}[i%4]
		}
		file := encodeLossless(t, img, vp8lOptions{effort: 4, exact: true})
		assert.LessOrEqual(t, len(file), 12, c)
		pix, err := losslessPixels(t, file, img.Rect.Size())
		require.NoError(t, err)
		assert.Equal(t, img.Pix, pix, c)
	}
}
