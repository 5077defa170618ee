package webp

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// radial returns a gradient around a point, without dithering.
func radial(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			d := min(math.Hypot(float64(x)/float64(w)-0.4, float64(y)/float64(h)-0.45)*1.4, 1)
			img.SetNRGBA(x, y, color.NRGBA{byte(math.Round(30 + 200*d)), byte(math.Round(200 - 120*d)), byte(math.Round(90 + 60*d)), 255})
		}
	}
	return img
}

func TestARadialGradientIsMadeOfBackwardReferences(t *testing.T) {
	// Without the window, prediction writes every tenth color as a literal, and the file has 20,000 bytes.
	assert.Less(t, len(encodeLossless(t, radial(400, 300), vp8lOptions{effort: 4})), 14_000)
}

func TestALinearGradientIsMadeOfLongBackwardReferences(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			v := float64(x)*0.35 + float64(y)*0.28
			img.SetNRGBA(x, y, color.NRGBA{byte(20 + v/4), byte(180 - v/3), byte(60 + v/5), 255})
		}
	}
	assert.Less(t, len(encodeLossless(t, img, vp8lOptions{effort: 4})), 4_500)
}

func TestAWindowFindsALongMatchBeyondManyShortOnes(t *testing.T) {
	// The picture consists of runs of a few lengths, so the hash chains are very long. The second half repeats the first one.
	px := make([]uint32, 0, 40_000)
	for i, state := 0, uint32(1); len(px) < 20_000; i++ {
		state = state*1664525 + 1013904223
		for range 9 + state>>30 {
			px = append(px, 0xff000000)
		}
		px = append(px, 0xff000001+state>>28&1)
	}
	half := len(px)
	px = append(px, px...)
	e, err := newVP8LEncoder(t.Context(), vp8lOptions{effort: 4})
	require.NoError(t, err)
	defer e.close()
	require.NoError(t, e.allocate(len(px)))
	f := e.finder
	require.NoError(t, f.find(t.Context(), px, 4, true))
	long := 0
	for i := half; i < 2*half-200; i++ {
		if f.found[i]&0xfff+1 >= 96 {
			long++
		}
	}
	assert.Greater(t, long, half*9/10)
}
