package saliency

import (
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/muesli/smartcrop"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// asIs is a resizer for pictures that smartcrop need not reduce.
type asIs struct{}

func (asIs) Resize(img image.Image, _, _ uint) image.Image { return img }

// smartcropBest returns the box that github.com/muesli/smartcrop finds. That package tries only boxes of
// this size if they touch two opposite edges of img, and img has at most 400 pixels on the shorter side.
func smartcropBest(t require.TestingT, img image.Image, box image.Point) image.Rectangle {
	found, err := smartcrop.NewAnalyzer(asIs{}).FindBestCrop(img, box.X, box.Y)
	require.NoError(t, err)
	require.Equal(t, box, found.Size())
	return found
}

// assertSameBox asserts that Best finds the box of smartcrop, or one with the same score apart from
// rounding errors.
func assertSameBox(t require.TestingT, img image.RGBA64Image, box image.Point) {
	want := smartcropBest(t, img, box)
	got, ok := Best(img, box)
	s, table := look(whole(img)), tableOf(box)
	switch {
	case !ok:
		assert.Equal(t, slices.Min(s.weights), slices.Max(s.weights), "%v of %v: there is something to choose by", box, img.Bounds())
		return
	case got == want:
		return
	}
	score := func(r image.Rectangle) float64 { return s.score(r.Min.X/step, r.Min.Y/step, table) }
	assert.InDelta(t, score(want), score(got), 1e-6, "%v of %v: %v instead of %v", box, img.Bounds(), got, want)
}

// largest returns the size of the largest box of the ratio x:y.
func largest(size image.Point, x, y int) image.Point {
	if size.X*y < size.Y*x {
		return image.Pt(size.X, max(1, size.X*y/x))
	}
	return image.Pt(max(1, size.Y*x/y), size.Y)
}

var ratios = [][2]int{{1, 1}, {1, 2}, {2, 1}, {16, 9}, {9, 16}, {3, 4}, {4, 3}, {1, 9}, {9, 1}}

func TestBoxesInPhotographsAreThoseOfSmartcrop(t *testing.T) {
	for _, path := range imagetest.Gallery(t, "*.jpg") {
		file, err := os.Open(path)
		require.NoError(t, err)
		photo, err := jpeg.Decode(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		size := photo.Bounds().Size()
		size = size.Mul(Side / 2).Div(min(size.X, size.Y)) // half, because smartcrop is slow
		copied, err := resample.Resize(t.Context(), photo, resample.Full(photo.Bounds()), size, resample.Options{})
		require.NoError(t, err)
		small := copied.(image.RGBA64Image)
		for _, ratio := range ratios {
			assertSameBox(t, small, largest(size, ratio[0], ratio[1]))
		}
	}
}

// random returns noise of a strength on rectangles of several colors, including skin. Form 1 is gray, form
// 2 partly transparent.
func random(r *rand.Rand, size image.Point, noise, form int) image.RGBA64Image {
	img := image.NewRGBA(image.Rectangle{Max: size})
	anyColor := func() color.RGBA { return color.RGBA{byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), 255} }
	draw.Draw(img, img.Rect, image.NewUniform(anyColor()), image.Point{}, draw.Src)
	for i := range r.IntN(8) {
		c := anyColor()
		if i%3 == 0 {
			light := 50 + r.IntN(40<<r.IntN(3)) // mostly dark, near the minimum lightness of skin
			c = color.RGBA{byte(light), byte(light*73/100 + r.IntN(9)), byte(light*56/100 + r.IntN(9)), 255}
		}
		at := image.Pt(r.IntN(size.X), r.IntN(size.Y))
		blob := image.Rectangle{Min: at, Max: at.Add(image.Pt(1+r.IntN(200), 1+r.IntN(200)))}
		draw.Draw(img, blob, image.NewUniform(c), image.Point{}, draw.Src)
	}
	for i, v := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] = byte(min(max(int(v)+r.IntN(2*noise+1)-noise, 0), 255))
		}
	}
	switch form {
	case 1:
		gray := image.NewGray(img.Rect)
		draw.Draw(gray, gray.Rect, img, image.Point{}, draw.Src)
		return gray
	case 2:
		for i := 0; i < len(img.Pix); i += 4 {
			a := byte(r.IntN(256))
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = min(img.Pix[i], a), min(img.Pix[i+1], a), min(img.Pix[i+2], a), a
		}
	}
	return img
}

func TestBoxesInAnyPictureAreThoseOfSmartcrop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := image.Pt(rapid.IntRange(16, 200).Draw(t, "x"), rapid.IntRange(16, 200).Draw(t, "y"))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		img := random(r, size, rapid.IntRange(1, 60).Draw(t, "noise"), rapid.IntRange(0, 2).Draw(t, "form"))
		assertSameBox(t, img, largest(size, rapid.IntRange(1, 20).Draw(t, "across"), rapid.IntRange(1, 20).Draw(t, "down")))
	})
}

func TestABoxLiesWithinThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.OneOf(rapid.IntRange(1, 20), rapid.IntRange(1, 300))
		size, box := image.Pt(side.Draw(t, "x"), side.Draw(t, "y")), image.Pt(side.Draw(t, "across"), side.Draw(t, "down"))
		img := random(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), size, 10, 0)
		got, ok := Best(img, box)
		if fits := box.X <= size.X && box.Y <= size.Y; !fits && ok {
			t.Fatalf("%v of %v: %v", box, size, got)
		}
		if ok && (got.Size() != box || !got.In(img.Bounds())) {
			t.Fatalf("%v of %v: %v", box, size, got)
		}
	})
}

func TestABoxDoesNotDependOnTheOriginOfThePicture(t *testing.T) {
	img := random(rand.New(rand.NewPCG(1, 2)), image.Pt(300, 200), 40, 0)
	want, ok := Best(img, image.Pt(200, 200))
	require.True(t, ok)
	at := image.Pt(-13, 7)
	large := image.NewRGBA(image.Rect(-50, -50, 400, 400))
	draw.Draw(large, img.Bounds().Add(at), img, image.Point{}, draw.Src)
	got, ok := Best(large.SubImage(img.Bounds().Add(at)).(image.RGBA64Image), image.Pt(200, 200))
	require.True(t, ok)
	assert.Equal(t, want.Add(at), got)
}

func TestAPictureWithoutFeaturesHasNoBestBox(t *testing.T) {
	for _, c := range []color.Color{color.Transparent, color.Black, color.White, color.Gray{77}, color.RGBA{255, 0, 0, 255}, color.RGBA{199, 145, 112, 255}} {
		img := image.NewRGBA(image.Rect(0, 0, 533, 400))
		draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		_, ok := Best(img, image.Pt(397, 400))
		assert.False(t, ok, "%v", c)
	}
	for _, box := range []image.Point{{0, 0}, {-1, 5}, {101, 100}, {100, 101}} {
		_, ok := Best(random(rand.New(rand.NewPCG(1, 2)), image.Pt(100, 100), 9, 0), box)
		assert.False(t, ok, "%v", box)
	}
}

func TestTheMiddleOneOfEqualBoxesIsTheBest(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 560, 400))
	draw.Draw(img, image.Rect(0, 204, 560, 400), image.NewUniform(color.RGBA{200, 40, 40, 255}), image.Point{}, draw.Src)
	got, ok := Best(img, image.Pt(400, 400))
	require.True(t, ok)
	assert.Equal(t, image.Rect(80, 0, 480, 400), got)
}

func BenchmarkBest(b *testing.B) {
	img := random(rand.New(rand.NewPCG(1, 2)), image.Pt(533, 400), 40, 0)
	box := image.Pt(400, 400)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			Best(img, box)
		}
	})
	b.Run("smartcrop", func(b *testing.B) {
		for b.Loop() {
			smartcropBest(b, img, box)
		}
	})
}
