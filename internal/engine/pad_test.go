package engine

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// padded returns the expected picture: src in the middle of a box.
func padded(img image.Image, box image.Point, background color.Color) image.Image {
	out := image.NewNRGBA(image.Rectangle{Max: box})
	draw.Draw(out, out.Rect, image.NewUniform(background), image.Point{}, draw.Src)
	at := box.Sub(img.Bounds().Size()).Div(2)
	draw.Draw(out, img.Bounds().Sub(img.Bounds().Min).Add(at), img, img.Bounds().Min, draw.Src)
	return out
}

// The padded picture has the planned size for every orientation of the original.
func TestAPaddedPictureIsTheFittedPictureInABox(t *testing.T) {
	smoke := color.NRGBA{R: 0xf5, G: 0xf5, B: 0xf5, A: 255}
	for orientation := 1; orientation <= 8; orientation++ {
		for name, file := range map[string][]byte{
			"jpeg": pieces.IntoJPEG(encodeJPEG(t, imagetest.Gradient(60, 30)), pieces.APP1(pieces.EXIF(orientation))),
			"png":  pngWithEXIF(encodePNG(t, imagetest.Gradient(60, 30)), orientation, false),
		} {
			for _, box := range []image.Point{{40, 40}, {20, 50}, {200, 100}, {60, 30}} {
				what := fmt.Sprintf("%s, orientation %d, %v", name, orientation, box)
				_, fit, err := animate(t.Context(), file, processors.Fit{}, box.X, box.Y, plenty)
				require.NoError(t, err)
				_, got, err := animate(t.Context(), file, processors.Pad{Background: smoke}, box.X, box.Y, plenty)
				require.NoError(t, err, what)
				require.Equal(t, box, got.Bounds().Size(), what)
				assert.Zero(t, distance(t, padded(fit, box, smoke), got), what)
			}
		}
	}
}

func TestEveryFrameOfAnAnimationIsPadded(t *testing.T) {
	file := moving(t, 4, image.Pt(40, 20))
	_, fit, err := animate(t.Context(), file, processors.Fit{}, 30, 30, plenty)
	require.NoError(t, err)
	_, got, err := animate(t.Context(), file, processors.Pad{}, 30, 30, plenty)
	require.NoError(t, err)
	want, frames := filmOf(t, fit).Frames, filmOf(t, got).Frames
	require.Len(t, frames, 4)
	for i := range frames {
		assert.Zero(t, distance(t, padded(want[i], image.Pt(30, 30), color.NRGBA{}), frames[i]), "frame %d", i)
	}
}

func TestThePlannedSizeOfAPaddedPictureIsItsBox(t *testing.T) {
	size, known := resultSize(processors.Pad{}, image.Pt(10, 10), 5000, 40)
	assert.True(t, known)
	assert.Equal(t, image.Pt(5000, 40), size)
}
