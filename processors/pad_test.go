package processors_test

import (
	"context"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// filled returns a picture of one color.
func filled(width, height int, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.SetNRGBA(i%width, i/width, c)
	}
	return img
}

var (
	red   = color.NRGBA{R: 255, A: 255}
	smoke = color.NRGBA{R: 0xf5, G: 0xf5, B: 0xf5, A: 255}
)

func TestPadFillsTheBoxAroundThePicture(t *testing.T) {
	for name, c := range map[string]struct {
		original, box image.Point
		picture       image.Rectangle
	}{
		"wide":        {image.Pt(200, 100), image.Pt(100, 100), image.Rect(0, 25, 100, 75)},
		"high":        {image.Pt(100, 200), image.Pt(100, 100), image.Rect(25, 0, 75, 100)},
		"small":       {image.Pt(10, 6), image.Pt(100, 50), image.Rect(45, 22, 55, 28)},
		"exact":       {image.Pt(300, 150), image.Pt(100, 50), image.Rect(0, 0, 100, 50)},
		"odd":         {image.Pt(3, 3), image.Pt(6, 4), image.Rect(1, 0, 4, 3)},
		"thin":        {image.Pt(4000, 1), image.Pt(40, 40), image.Rect(0, 19, 40, 20)},
		"free height": {image.Pt(200, 100), image.Pt(50, 0), image.Rect(0, 0, 50, 25)},
		"free width":  {image.Pt(200, 100), image.Pt(0, 50), image.Rect(0, 0, 100, 50)},
	} {
		for _, background := range []color.NRGBA{smoke, {}, {G: 255, A: 100}} {
			got, err := processors.Pad{Background: background}.Process(t.Context(), filled(c.original.X, c.original.Y, red), c.box.X, c.box.Y)
			require.NoError(t, err, name)
			size := c.box
			if size.X == 0 || size.Y == 0 {
				size = c.picture.Size()
			}
			require.Equal(t, size, got.Bounds().Size(), name)
			for y := range size.Y {
				for x := range size.X {
					want := background
					if image.Pt(x, y).In(c.picture) {
						want = red
					}
					require.Equal(t, want, color.NRGBAModel.Convert(got.At(x, y)), "%s: (%d,%d)", name, x, y)
				}
			}
		}
	}
}

func TestThePaddingColorIsBehindTranslucentPixels(t *testing.T) {
	half := color.NRGBA{R: 255, A: 128}
	got, err := processors.Pad{Background: color.NRGBA{B: 255, A: 255}}.Process(t.Context(), filled(8, 8, half), 8, 8)
	require.NoError(t, err)
	assert.Equal(t, color.NRGBA{R: 128, B: 127, A: 255}, color.NRGBAModel.Convert(got.At(4, 4)))

	got, err = processors.Pad{}.Process(t.Context(), filled(8, 8, half), 16, 8)
	require.NoError(t, err)
	assert.Equal(t, half, color.NRGBAModel.Convert(got.At(8, 4)), "nothing is behind it")
	assert.Equal(t, color.NRGBA{}, color.NRGBAModel.Convert(got.At(0, 4)))
}

func TestPadReadsItsColorFromAMethod(t *testing.T) {
	p, err := processors.Pad{}.With("f5f5f5")
	require.NoError(t, err)
	assert.Equal(t, processors.Pad{Background: smoke}, p)
	p, err = processors.Pad{Background: smoke}.With("000000")
	require.NoError(t, err)
	assert.Equal(t, processors.Pad{Background: color.NRGBA{A: 255}}, p)
	for _, args := range []string{"", "fff", "F5F5F5", "f5f5f5f5", "f5f5f", "-f5f5f", "0xf5f5", "red", "f5f5f5_1", "+12345"} {
		_, err := processors.Pad{}.With(args)
		assert.ErrorContains(t, err, "six hexadecimal digits", "%q", args)
	}
}

func TestPadOfADamagedContextFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := processors.Pad{}.Process(ctx, filled(8, 8, red), 100, 100)
	assert.ErrorIs(t, err, context.Canceled)
}

// With NoEnlarge the result is the largest picture of the same aspect ratio.
func TestNoEnlargeKeepsTheRatioAndNoMorePixelsThanTheOriginal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 5000)
		original := image.Pt(side.Draw(t, "x"), side.Draw(t, "y"))
		width, height := rapid.IntRange(0, 3000).Draw(t, "width"), rapid.IntRange(0, 3000).Draw(t, "height")
		if width == 0 && height == 0 {
			return
		}
		for _, pair := range [][2]processors.Planner{
			{processors.Crop{}, processors.Crop{NoEnlarge: true}},
			{processors.Smart{}, processors.Smart{NoEnlarge: true}},
			{processors.Entropy{}, processors.Entropy{NoEnlarge: true}},
			{processors.Focus{X: 30, Y: 60}, processors.Focus{X: 30, Y: 60, NoEnlarge: true}},
			{processors.Scale{}, processors.Scale{NoEnlarge: true}},
		} {
			scaled, crop := pair[0].Plan(original, width, height)
			got, gotCrop := pair[1].Plan(original, width, height)
			if scaled.X <= original.X && scaled.Y <= original.Y {
				if got != scaled || gotCrop != crop {
					t.Fatalf("%T: %v, %v instead of %v, %v, which enlarges nothing", pair[1], got, gotCrop, scaled, crop)
				}
				continue
			}
			if got != original || gotCrop.Empty() || !gotCrop.In(image.Rectangle{Max: original}) {
				t.Fatalf("%T: %v, %v of %v", pair[1], got, gotCrop, original)
			}
			a, b := float64(gotCrop.Dx())*float64(crop.Dy()), float64(gotCrop.Dy())*float64(crop.Dx())
			if off := a - b; max(off, -off) > float64(max(crop.Dx(), crop.Dy())) {
				t.Fatalf("%T: ratio of %v instead of %v", pair[1], gotCrop.Size(), crop.Size())
			}
			if gotCrop.Dx() < original.X && gotCrop.Dy() < original.Y {
				t.Fatalf("%T: %v of %v is not the largest", pair[1], gotCrop, original)
			}
		}
	})
}
