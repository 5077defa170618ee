package processors

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAPictureMayBeFlatIfFewLevelsCoverHalfOfIt(t *testing.T) {
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
	assert.False(t, mayBeFlat(noise))
	assert.False(t, mayBeFlat(planes))
	assert.True(t, mayBeFlat(art))
	clear(planes.Y[:len(planes.Y)*2/3])
	assert.True(t, mayBeFlat(planes))
	noise.SetNRGBA(3, 3, color.NRGBA{})
	assert.True(t, mayBeFlat(noise), "it is not opaque")
}
