package saliency

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// chosen returns the chosen box of a size in a picture that has features.
func chosen(t require.TestingT, img image.RGBA64Image, size image.Point) image.Rectangle {
	p, ok := Look(img)
	require.True(t, ok)
	box, ok := p.Choose(size)
	require.True(t, ok)
	return box
}

func TestTheChosenBoxIsNeverWorseThanTheMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := image.Pt(rapid.IntRange(16, 200).Draw(t, "x"), rapid.IntRange(16, 200).Draw(t, "y"))
		box := image.Pt(rapid.IntRange(1, size.X).Draw(t, "across"), rapid.IntRange(1, size.Y).Draw(t, "down"))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		p, ok := Look(random(r, size, rapid.IntRange(1, 60).Draw(t, "noise"), rapid.IntRange(0, 2).Draw(t, "form")))
		if !ok {
			return
		}
		got, ok := p.Choose(box)
		if !ok || got.Size() != box || !got.In(image.Rectangle{Max: size}) {
			t.Fatalf("%v of %v in %v", got, box, size)
		}
		middle := image.Rectangle{Max: box}.Add(size.Sub(box).Div(2))
		if p.Measure(got).Worse(p.Measure(middle)) {
			t.Fatalf("%v: %v; the middle: %v", got, p.Measure(got), p.Measure(middle))
		}
	})
}

// paint makes a picture from a function of coordinates between 0 and 1.
func paint(size image.Point, of func(x, y float64, noise int) color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	r := rand.New(rand.NewPCG(3, 4))
	for y := range size.Y {
		for x := range size.X {
			img.SetRGBA(x, y, of(float64(x)/float64(size.X), float64(y)/float64(size.Y), r.IntN(40)-20))
		}
	}
	return img
}

// By smartcrop's score, half of the fruit at the border of the picture is better than the whole fruit near
// the edge of the crop.
func TestALargeSubjectIsKeptWhole(t *testing.T) {
	size := image.Pt(520, 400)
	fruit := func(x, y float64) bool { return math.Hypot((x-0.45)*1.3, y-0.48) < 0.2 }
	img := paint(size, func(x, y float64, noise int) color.RGBA {
		if fruit(x, y) {
			return color.RGBA{uint8(210 + noise), uint8(150 + 2*noise), uint8(140 + 2*noise), 255}
		}
		return color.RGBA{200, uint8(30 + 40*x), 20, 255}
	})
	box := chosen(t, img, image.Pt(520, 195))
	assert.LessOrEqual(t, box.Min.Y, 112, "the fruit begins at 112")
	assert.GreaterOrEqual(t, box.Max.Y, 272, "and ends at 272")
}

func TestAMountainWithItsSkyIsPreferredToTheMeadowInFrontOfIt(t *testing.T) {
	size := image.Pt(540, 400)
	ridge := func(x float64) float64 { return 0.3 + 0.08*math.Sin(9*x) + 0.04*math.Sin(31*x) }
	img := paint(size, func(x, y float64, noise int) color.RGBA {
		switch {
		case y < ridge(x):
			return color.RGBA{uint8(70 + 60*y), uint8(110 + 90*y), 190, 255}
		case y < 0.5:
			return color.RGBA{uint8(120 + noise/2), uint8(115 + noise/2), uint8(120 + noise/2), 255}
		}
		return color.RGBA{uint8(100 + noise), uint8(95 + noise), uint8(50 + noise), 255}
	})
	meadow, ok := Best(img, image.Pt(540, 200))
	require.True(t, ok)
	require.Greater(t, meadow.Min.Y, 150, "smartcrop takes the meadow")
	box := chosen(t, img, image.Pt(540, 200))
	assert.LessOrEqual(t, box.Min.Y, 104, "the ridge is there")
}

func TestAPictureWithoutFeaturesIsReported(t *testing.T) {
	_, ok := Look(paint(image.Pt(300, 200), func(_, _ float64, _ int) color.RGBA { return color.RGBA{90, 90, 90, 255} }))
	assert.False(t, ok)
	p, ok := Look(random(rand.New(rand.NewPCG(1, 2)), image.Pt(100, 100), 9, 0))
	require.True(t, ok)
	for _, box := range []image.Point{{0, 0}, {-1, 5}, {101, 100}, {100, 101}} {
		_, ok := p.Choose(box)
		assert.False(t, ok, "%v", box)
	}
}

func TestMeasuresOfSmartcropAreItsScores(t *testing.T) {
	img := random(rand.New(rand.NewPCG(5, 6)), image.Pt(320, 240), 40, 0)
	p, ok := Look(img)
	require.True(t, ok)
	size := image.Pt(240, 240)
	table, raw := tableOf(size), look(whole(img))
	sum := 0.0
	for _, w := range raw.weights {
		sum += w
	}
	for x := range 11 {
		want := raw.score(x, 0, table) / sum
		assert.InDelta(t, want, p.Measure(image.Rect(8*x, 0, 8*x+240, 240)).Smartcrop, 1e-9)
	}
}

func BenchmarkChoose(b *testing.B) {
	pixels := random(rand.New(rand.NewPCG(1, 2)), image.Pt(533, 400), 40, 0)
	for name, img := range map[string]image.RGBA64Image{"RGBA": pixels, "YCbCr": asYCbCr(pixels)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, _ := Look(img)
				p.Choose(image.Pt(400, 400))
			}
		})
	}
}

// asYCbCr returns a picture in Y'CbCr, the type that the resampler returns for a photograph.
func asYCbCr(img image.RGBA64Image) *image.YCbCr {
	b := img.Bounds()
	out := image.NewYCbCr(b, image.YCbCrSubsampleRatio444)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.YCbCrModel.Convert(img.At(x, y)).(color.YCbCr)
			i, j := out.YOffset(x, y), out.COffset(x, y)
			out.Y[i], out.Cb[j], out.Cr[j] = c.Y, c.Cb, c.Cr
		}
	}
	return out
}

// hidden hides the concrete type of a picture, so that its pixels are read by RGBA64At.
type hidden struct{ image.RGBA64Image }

func TestEveryImageTypeGivesTheSameMeasure(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for form := range 3 {
		img := random(r, image.Pt(103+r.IntN(99), 117+r.IntN(99)), 60, form)
		sub := img.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(3, 5, 90, 100)).(image.RGBA64Image)
		for _, img := range []image.RGBA64Image{img, sub, asYCbCr(img), asYCbCr(sub)} {
			assert.Equal(t, see(whole(hidden{img})), see(whole(img)), "%T of %v, form %d", img, img.Bounds(), form)
		}
	}
}

// Locate computes only the pixels that are examined: see kept.
func TestAPictureOfOnlyTheExaminedPixelsGivesTheSameMeasure(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 3))
	for form := range 3 {
		img := random(r, image.Pt(103+r.IntN(99), 117+r.IntN(99)), 60, form)
		gray := image.NewGray(img.Bounds())
		draw.Draw(gray, gray.Rect, img, img.Bounds().Min, draw.Src)
		for _, img := range []image.RGBA64Image{img, asYCbCr(img), gray} {
			size := image.Pt(80+r.IntN(200), 80+r.IntN(200))
			scaled := func(opt resample.Options) image.RGBA64Image {
				out, err := resample.Resize(t.Context(), img, resample.Full(img.Bounds()), size, opt)
				require.NoError(t, err)
				return out.(image.RGBA64Image)
			}
			want := see(whole(scaled(resample.Options{})))
			some := scaled(resample.Options{Columns: kept(size.X), Rows: kept(size.Y)})
			assert.Less(t, some.Bounds().Dx(), size.X)
			assert.Equal(t, want, see(sparse(some, size)), "%T at %v, form %d", img, size, form)
			assert.Equal(t, want, see(sparse(hidden{some}, size)), "%T at %v, form %d", img, size, form)
		}
	}
}
