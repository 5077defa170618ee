package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"math"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// curves returns an animation of a thin red curve, black axis and blue frame on white.
func curves(t *testing.T) []byte {
	palette := color.Palette{color.White, color.Black, color.RGBA{200, 0, 0, 255}, color.RGBA{0, 0, 200, 255}}
	g := &gif.GIF{}
	for i := range 8 {
		frame := image.NewPaletted(image.Rect(0, 0, 400, 260), palette)
		for x := 10; x < 390; x++ {
			frame.SetColorIndex(x, 10, 3)
			frame.SetColorIndex(x, 250, 3)
			frame.SetColorIndex(x, 130, 1)
			frame.SetColorIndex(x, 130-int(60*math.Sin(float64(x)/36+float64(i))), 2)
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 10)
	}
	return encodeGIF(t, g)
}

func TestThinLinesOfSeveralColorsDoNotDisappear(t *testing.T) {
	file := curves(t)
	for _, width := range []int{200, 280} {
		pic, img, err := animate(t.Context(), file, processors.Fit{}, width, 0, plenty)
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, pic.Encode(&out, processors.GIF{}, img))
		assert.Less(t, out.Len(), len(file))
		shown := framesOf(t, out.Bytes()).Frames
		for i, want := range filmOf(t, img).Frames[:len(shown)] {
			assert.Greater(t, inkOf(shown[i]), 0.8*inkOf(want), "frame %d at %d pixels", i, width)
		}
	}
}

// inkOf returns the sum of the darkness of a picture, in green.
func inkOf(img *image.NRGBA) (sum float64) {
	for i := 1; i < len(img.Pix); i += 4 {
		sum += 255 - float64(img.Pix[i])
	}
	return sum
}
