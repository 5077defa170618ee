package processors_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// drawnFrom is a scaled animation whose original has these colors.
func drawnFrom(frames []*image.NRGBA, colors ...color.NRGBA) *processors.Animation {
	a := animated(frames, true)
	a.Colors = func() []color.NRGBA { return colors }
	return a
}

func TestAScaledAnimationOfFewColorsIsSmallerAsWebPThanAsGIF(t *testing.T) {
	frames := discs(6)
	a := drawnFrom(frames, color.NRGBA{250, 240, 230, 255}, color.NRGBA{60, 60, 70, 255},
		color.NRGBA{40, 90, 160, 255}, color.NRGBA{100, 90, 160, 255}, color.NRGBA{160, 90, 160, 255})
	var moving, gif bytes.Buffer
	require.NoError(t, processors.WebP{}.Encode(&moving, a))
	require.NoError(t, processors.GIF{}.Encode(&gif, a))
	assert.Less(t, moving.Len(), gif.Len()*3/4)
}

func TestAScaledAnimationKeepsItsSoftEdges(t *testing.T) {
	frames := discs(3)
	for _, img := range frames {
		for y := range 90 {
			for x := range 120 {
				if c := img.NRGBAAt(x, y); c.R > 240 { // the ground
					img.SetNRGBA(x, y, color.NRGBA{A: byte(255 - 4*min(x%40, 50))})
				}
			}
		}
	}
	var file bytes.Buffer
	require.NoError(t, processors.WebP{}.Encode(&file, drawnFrom(frames, color.NRGBA{A: 255}, color.NRGBA{60, 60, 70, 255}, color.NRGBA{100, 90, 160, 255})))
	ctx := t.Context()
	h, err := webp.Format.Header(ctx, codec.NewBytesReader(ctx, file.Bytes()))
	require.NoError(t, err)
	all, err := webp.Format.Frames(ctx, file.Bytes(), &h, codec.Options{})
	require.NoError(t, err)
	for i := range frames {
		f, err := all.Next(ctx)
		require.NoError(t, err)
		for y := range 90 {
			for x := range 120 {
				c := color.NRGBAModel.Convert(f.Image.At(x, y)).(color.NRGBA)
				require.InDelta(t, frames[i].NRGBAAt(x, y).A, c.A, 32, "frame %d, pixel %d,%d", i, x, y)
			}
		}
	}
}

func TestALineOnALightGroundDoesNotDisappearFromAScaledWebP(t *testing.T) {
	var frames []*image.NRGBA
	for i := range 4 {
		img := image.NewNRGBA(image.Rect(0, 0, 240, 160))
		draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
		for y := range 160 {
			for x := range 240 { // scaling has made a black line a third as wide as a pixel, and so light gray
				if d := math.Abs(math.Hypot(float64(x-120-i), float64(y-80)) - 70); d < 1 {
					v := uint8(255 - 95*(1-d*d))
					img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
				}
			}
		}
		frames = append(frames, img)
	}
	var file bytes.Buffer
	require.NoError(t, processors.WebP{}.Encode(&file, drawnFrom(frames, color.NRGBA{255, 255, 255, 255}, color.NRGBA{A: 255})))
	ctx := t.Context()
	h, err := webp.Format.Header(ctx, codec.NewBytesReader(ctx, file.Bytes()))
	require.NoError(t, err)
	all, err := webp.Format.Frames(ctx, file.Bytes(), &h, codec.Options{})
	require.NoError(t, err)
	f, err := all.Next(ctx)
	require.NoError(t, err)
	visible := 0
	for y := range 160 {
		for x := range 240 {
			if color.GrayModel.Convert(f.Image.At(x, y)).(color.Gray).Y < 200 {
				visible++
			}
		}
	}
	assert.Greater(t, visible, 300) // the circle is 440 pixels long
}

func TestAWebPLargerThanItsLosslessOriginalGetsFewerColors(t *testing.T) {
	img, random := letters(1)[0], rand.New(rand.NewPCG(3, 4))
	for i := range img.Rect.Dx() * img.Rect.Dy() { // scaling has given the letters many colors; the ground has many, so it is not flat
		x, y := i%img.Rect.Dx(), i/img.Rect.Dx()
		v := uint8(255 - x/4)
		if img.NRGBAAt(x, y).R == 0 {
			v = uint8(random.IntN(64))
		}
		img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
	}
	encoded := func(o processors.Original) int {
		var file bytes.Buffer
		require.NoError(t, processors.WebP{}.EncodeOriginal(t.Context(), &file, img, o))
		return file.Len()
	}
	first := encoded(processors.Original{Scaled: true})
	o := processors.Original{Scaled: true, Bytes: first * 9 / 10, Exceeded: 10.0 / 9}
	second := encoded(o)
	assert.LessOrEqual(t, second, o.Bytes)
	assert.Greater(t, second, o.Bytes*9/10, "it has as many colors as fit")
	o.Quality = 80
	assert.Equal(t, first, encoded(o), "of a lossy original the quality is reduced")
}
