package engine

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chromaSteps is the number of pixels that share a chroma sample.
var chromaSteps = map[image.YCbCrSubsampleRatio]image.Point{
	image.YCbCrSubsampleRatio444: {X: 1, Y: 1}, image.YCbCrSubsampleRatio440: {X: 1, Y: 2},
	image.YCbCrSubsampleRatio422: {X: 2, Y: 1}, image.YCbCrSubsampleRatio420: {X: 2, Y: 2},
	image.YCbCrSubsampleRatio411: {X: 4, Y: 1}, image.YCbCrSubsampleRatio410: {X: 4, Y: 2},
}

// randomYCbCr returns a subimage of a larger picture, whose origin may be within a chroma sample.
func randomYCbCr(rng *rand.Rand, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, 40, 30), ratio)
	for _, plane := range [][]byte{img.Y, img.Cb, img.Cr} {
		for i := range plane {
			plane[i] = byte(rng.Uint32())
		}
	}
	at := image.Pt(rng.IntN(9), rng.IntN(9))
	return img.SubImage(image.Rectangle{Min: at, Max: at.Add(image.Pt(1+rng.IntN(30), 1+rng.IntN(20)))}).(*image.YCbCr)
}

func TestTheRatioSaysHowManyPixelsShareAChromaSample(t *testing.T) {
	for ratio, want := range chromaSteps {
		dx, dy := pixels.ChromaFactors(ratio)
		assert.Equal(t, want, image.Pt(dx, dy), "%v", ratio)
	}
}

func TestFullChromaChangesNoPixel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for ratio := range chromaSteps {
		for range 20 {
			img := randomYCbCr(rng, ratio)
			got, err := fullChroma(t.Context(), img)
			require.NoError(t, err)
			require.Equal(t, img.Rect.Size(), got.Rect.Max)
			for y := range got.Rect.Max.Y {
				for x := range got.Rect.Max.X {
					require.Equal(t, img.YCbCrAt(img.Rect.Min.X+x, img.Rect.Min.Y+y), got.YCbCrAt(x, y), "%v at %d,%d", ratio, x, y)
				}
			}
		}
	}
}
