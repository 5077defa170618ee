package processors_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"math"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// discs returns frames of flat art with soft edges, as after scaling.
func discs(n int) (frames []*image.NRGBA) {
	for i := range n {
		img := image.NewNRGBA(image.Rect(0, 0, 120, 90))
		for y := range 90 {
			for x := range 120 {
				ground, ink := color.NRGBA{250, 240, 230, 255}, color.NRGBA{byte(40 + y/30*60), 90, 160, 255}
				if x%40 < 5 {
					ground = color.NRGBA{60, 60, 70, 255}
				}
				d := math.Hypot(float64(x-20-5*i), float64(y-45)) - 20
				a := min(max(0.5-d/2, 0), 1)
				mix := func(g, c byte) byte { return byte(float64(g)*(1-a) + float64(c)*a + 0.5) }
				img.SetNRGBA(x, y, color.NRGBA{mix(ground.R, ink.R), mix(ground.G, ink.G), mix(ground.B, ink.B), 255})
			}
		}
		frames = append(frames, img)
	}
	return frames
}

func animated(frames []*image.NRGBA, scaled bool) *processors.Animation {
	return &processors.Animation{Image: frames[0], Scaled: scaled, Frames: func(yield func(processors.Frame, error) bool) {
		for _, f := range frames {
			if !yield(processors.Frame{Image: f, Delay: 10 * 10 * time.Millisecond}, nil) {
				return
			}
		}
	}}
}

func TestScaledFlatArtGetsAPaletteOfItsMainColors(t *testing.T) {
	frames := discs(6)
	encoded := func(scaled bool) []byte {
		var b bytes.Buffer
		require.NoError(t, processors.GIF{}.Encode(&b, animated(frames, scaled)))
		return b.Bytes()
	}
	small, exact := encoded(true), encoded(false)
	assert.Less(t, len(small), len(exact)*2/3)
	g, err := gif.DecodeAll(bytes.NewReader(small))
	require.NoError(t, err)
	require.Len(t, g.Image, 6)
	table := g.Config.ColorModel.(color.Palette)
	assert.LessOrEqual(t, len(table), 32)

	sum, same := 0.0, 0
	for y := range 90 {
		for x := range 120 {
			w, have := frames[0].NRGBAAt(x, y), color.NRGBAModel.Convert(g.Image[0].At(x, y)).(color.NRGBA)
			for _, d := range []int{int(w.R) - int(have.R), int(w.G) - int(have.G), int(w.B) - int(have.B)} {
				sum += float64(d * d)
			}
			if w == have {
				same++
			}
		}
	}
	assert.Greater(t, imagetest.Decibels(sum, 3*90*120), 30.0, "dB")
	assert.Greater(t, same, 90*120*8/10, "areas keep their colors exactly")
}
func TestPhotosAreNotFlat(t *testing.T) {
	frames := []*image.NRGBA{scene(64, 64), scene(64, 64), scene(64, 64)}
	frames[1].SetNRGBA(3, 3, color.NRGBA{1, 2, 3, 255})
	var b bytes.Buffer
	require.NoError(t, processors.GIF{}.Encode(&b, animated(frames, true)))
	g, err := gif.DecodeAll(&b)
	require.NoError(t, err)
	assert.Len(t, g.Config.ColorModel.(color.Palette), 256)
	require.NoError(t, processors.GIF{}.Encode(&b, animated([]*image.NRGBA{image.NewNRGBA(frames[0].Rect)}, true)), "nothing opaque")
}

// Pixels that change by one or two levels are not encoded again, so the noise of a film does not make the file larger.
func TestNearlyUnchangedPixelsAreNotEncodedAgain(t *testing.T) {
	first := scene(64, 64)
	second := image.NewNRGBA(first.Rect)
	copy(second.Pix, first.Pix)
	for i := range second.Pix {
		if i%4 != 3 {
			second.Pix[i] = byte(max(int(second.Pix[i])-i%3, 0))
		}
	}
	second.SetNRGBA(30, 30, color.NRGBA{0, 0, 0, 255})
	second.SetNRGBA(31, 31, color.NRGBA{255, 255, 0, 255})
	var one, two bytes.Buffer
	require.NoError(t, processors.GIF{}.Encode(&one, first))
	require.NoError(t, processors.GIF{}.Encode(&two, animated([]*image.NRGBA{first, second}, true)))
	assert.Less(t, two.Len(), one.Len()+100)
}
