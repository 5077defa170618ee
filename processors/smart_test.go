package processors_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSmartKeepsTheSubject(t *testing.T) {
	for _, c := range []struct {
		size, at      image.Point
		width, height int
	}{
		{image.Pt(900, 300), image.Pt(750, 150), 100, 100},
		{image.Pt(900, 300), image.Pt(120, 150), 100, 100},
		{image.Pt(300, 900), image.Pt(150, 780), 200, 150},
		{image.Pt(1600, 1200), image.Pt(1300, 600), 100, 200},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			img := imagetest.Subject(c.size, c.at, 60)
			scaled, crop := processors.Smart{}.Plan(c.size, c.width, c.height)
			got, err := processors.Smart{}.Locate(t.Context(), img, scaled, crop)
			require.NoError(t, err)
			at := image.Pt(c.at.X*scaled.X/c.size.X, c.at.Y*scaled.Y/c.size.Y)
			assert.True(t, at.In(got), "subject at %v, but cropped to %v of %v", at, got, scaled)
		})
	}
}

func TestSmartDoesNotDependOnTheOriginOfThePicture(t *testing.T) {
	img := imagetest.Subject(image.Pt(900, 300), image.Pt(750, 150), 60)
	large := image.NewRGBA(image.Rect(-50, -70, 1000, 500))
	draw.Draw(large, image.Rect(17, 31, 917, 331), img, image.Point{}, draw.Src)
	part := large.SubImage(image.Rect(17, 31, 917, 331))

	scaled, crop := processors.Smart{}.Plan(img.Rect.Size(), 90, 100)
	want, err := processors.Smart{}.Locate(t.Context(), img, scaled, crop)
	require.NoError(t, err)
	got, err := processors.Smart{}.Locate(t.Context(), part, scaled, crop)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestSmartReturnsABoxWithinThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(1, 1500))
		size := image.Pt(side.Draw(t, "x"), side.Draw(t, "y"))
		width, height := side.Draw(t, "width"), side.Draw(t, "height")
		img := image.NewGray(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = byte(i * i >> 3)
		}
		scaled, crop := processors.Smart{}.Plan(size, width, height)
		got, err := processors.Smart{}.Locate(t.Context(), img, scaled, crop)
		if err != nil || got.Size() != crop.Size() || !got.In(image.Rectangle{Max: scaled}) {
			t.Fatalf("%v of %v, planned %v: %v", got, scaled, crop, err)
		}
	})
}

func TestSmartOfANarrowPictureReturnsABoxWithinIt(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {1000, 1}, {1, 1000}, {2, 3000}, {20000, 3}} {
		for _, wh := range []image.Point{{1, 1}, {100, 100}, {7, 300}} {
			scaled, crop := processors.Smart{}.Plan(size, wh.X, wh.Y)
			got, err := processors.Smart{}.Locate(t.Context(), imagetest.Subject(size, size.Div(3), 50), scaled, crop)
			require.NoError(t, err)
			assert.Equal(t, crop.Size(), got.Size())
			assert.True(t, got.In(image.Rectangle{Max: scaled}), "%v of %v", got, scaled)
		}
	}
}

func TestSmartChoosesTheSameBoxForEveryImageType(t *testing.T) {
	img := imagetest.Subject(image.Pt(900, 300), image.Pt(700, 150), 60)
	b := img.Rect
	scaled, crop := processors.Smart{}.Plan(b.Size(), 90, 100)
	want, err := processors.Smart{}.Locate(t.Context(), img, scaled, crop)
	require.NoError(t, err)
	cmyk, ycbcr := image.NewCMYK(b), image.NewYCbCr(b, image.YCbCrSubsampleRatio420)
	for i := 0; i < len(img.Pix); i += 4 {
		x, y := i/4%b.Dx(), i/4/b.Dx()
		cmyk.Set(x, y, img.RGBAAt(x, y))
		c := color.YCbCrModel.Convert(img.RGBAAt(x, y)).(color.YCbCr)
		at := ycbcr.COffset(x, y)
		ycbcr.Y[ycbcr.YOffset(x, y)], ycbcr.Cb[at], ycbcr.Cr[at] = c.Y, c.Cb, c.Cr
	}
	for _, same := range []draw.Image{image.NewNRGBA(b), image.NewRGBA64(b), image.NewNRGBA64(b), image.NewPaletted(b, palette.WebSafe)} {
		draw.Draw(same, b, img, image.Point{}, draw.Src)
		assertLocatedNear(t, want, same, scaled, crop)
	}
	for _, same := range []image.Image{cmyk, ycbcr, &image.NYCbCrA{YCbCr: *ycbcr, A: bytes.Repeat([]byte{255}, 900*300), AStride: 900}, struct{ image.Image }{img}} {
		assertLocatedNear(t, want, same, scaled, crop)
	}
}

// assertLocatedNear allows for the rounding of colors in other image types.
func assertLocatedNear(t *testing.T, want image.Rectangle, img image.Image, scaled image.Point, crop image.Rectangle) {
	t.Helper()
	got, err := processors.Smart{}.Locate(t.Context(), img, scaled, crop)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, overlap(want, got), 0.9, "%T: %v instead of %v", img, got, want)
}

func TestSmartOfAPictureWithoutASubjectIsCentered(t *testing.T) {
	for _, img := range []image.Image{flatGray(300, 200), flatGray(900, 300), uniform(image.Pt(200, 300), color.NRGBA{})} {
		size := img.Bounds().Size()
		for _, wh := range []image.Point{{100, 100}, {200, 50}, {50, 200}} {
			scaled, crop := processors.Smart{}.Plan(size, wh.X, wh.Y)
			got, err := processors.Smart{}.Locate(t.Context(), img, scaled, crop)
			require.NoError(t, err)
			assert.Equal(t, crop, got)
		}
	}
}

func TestSmartReachesBothEndsOfThePicture(t *testing.T) {
	size := image.Pt(900, 300)
	for name, at := range map[string]image.Point{"first": {60, 150}, "last": {840, 150}} {
		scaled, crop := processors.Smart{}.Plan(size, 60, 100)
		got, err := processors.Smart{}.Locate(t.Context(), imagetest.Subject(size, at, 60), scaled, crop)
		require.NoError(t, err)
		assert.True(t, image.Pt(at.X/3, 50).In(got), "%s: %v", name, got)
	}
}
