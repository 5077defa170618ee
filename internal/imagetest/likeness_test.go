package imagetest_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func gray(size image.Point, of func(x, y int) uint8) *image.NRGBA {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			v := of(x, y)
			img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	return img
}

func TestAPictureIsLikeItselfAtHalfTheSize(t *testing.T) {
	whole := gray(image.Pt(80, 60), func(x, y int) uint8 { return uint8(2*x + y) })
	half := gray(image.Pt(40, 30), func(x, y int) uint8 { return uint8(4*x + 2*y + 1) })
	assert.Greater(t, imagetest.Likeness(whole, half, 1), 45.0)
	assert.Greater(t, imagetest.Likeness(whole, whole, 1), 100.0)
}

func TestDifferencesOfColorAlphaAndPositionLowerTheLikeness(t *testing.T) {
	want := gray(image.Pt(40, 40), func(x, y int) uint8 { return 100 })
	darker := gray(image.Pt(40, 40), func(x, y int) uint8 { return 90 })
	assert.InDelta(t, 28.13, imagetest.Likeness(want, darker, 1), 0.01)
	assert.InDelta(t, 28.13+1.25, imagetest.PSNR(want, darker), 0.01, "alpha counts there")
	clear := image.NewNRGBA(want.Rect)
	assert.Less(t, imagetest.Likeness(want, clear, 1), 10.0)
	white := gray(want.Rect.Max, func(x, y int) uint8 { return 255 })
	assert.Less(t, imagetest.Likeness(white, clear, 1), 1.0, "over black")
	below := gray(image.Pt(40, 40), func(x, y int) uint8 { return uint8(100 + 100*(y/30)) })
	assert.Greater(t, imagetest.Likeness(want, below, 0.5), 100.0)
	assert.Less(t, imagetest.Likeness(want, below, 1), 20.0)
}
