package quantize

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheBoundOfTheShareIsLowForNoiseAndHighForFlatArt(t *testing.T) {
	const n = 16
	r := rand.New(rand.NewPCG(1, 2))
	noise, art := image.NewNRGBA(image.Rect(0, 0, 60, 40)), image.NewNRGBA(image.Rect(0, 0, 60, 40))
	planes := image.NewYCbCr(noise.Rect, image.YCbCrSubsampleRatio420)
	for i := range 60 * 40 {
		c := color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
		noise.SetNRGBA(i%60, i/60, c)
		planes.Y[i/60*planes.YStride+i%60] = c.G
		if i%60 < 40 {
			c = color.NRGBA{byte(i % 60 / 4), 90, byte(i / 600), 255}
		}
		art.SetNRGBA(i%60, i/60, c)
	}
	assert.Less(t, ShareAtMost(noise, n), 0.2)
	assert.Less(t, ShareAtMost(planes, n), 0.2)
	for _, img := range []*image.NRGBA{noise, art} {
		for _, n := range []int{1, 2, 16, 300} {
			h := NewHistogram(60*40, false)
			h.Add(t.Context(), img)
			bound := ShareAtMost(img, n)
			assert.GreaterOrEqual(t, bound, h.Share(n))
			assert.Equal(t, bound, ShareAtMost(&image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}, n))
		}
	}
	assert.GreaterOrEqual(t, ShareAtMost(art, n), 2./3)
	assert.InDelta(t, 2./3, ShareAtMost(art, 1), 0.01)
	clear(planes.Y[:len(planes.Y)*2/3])
	assert.GreaterOrEqual(t, ShareAtMost(planes, n), 2./3)
	noise.SetNRGBA(3, 3, color.NRGBA{})
	assert.EqualValues(t, 1, ShareAtMost(noise, n), "one pixel is transparent")
	assert.EqualValues(t, 1, ShareAtMost(image.NewGray(noise.Rect), n))
}
