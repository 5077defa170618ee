package processors_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// again encodes a scaled picture whose first encoding was larger than an original of the given size in bytes.
func again(t *testing.T, img image.Image, bytes int, palette bool) ([]byte, image.Image) {
	first, _ := encodedPNG(t, processors.PNG{}, img, processors.Original{Scaled: true, Palette: palette, Bytes: bytes})
	require.Greater(t, len(first), bytes)
	return encodedPNG(t, processors.PNG{}, img, processors.Original{Scaled: true, Palette: palette, Bytes: bytes, Exceeded: float64(len(first)) / float64(bytes)})
}

// fromAfar returns a picture at half its size: the eye does not see more of small letters.
func fromAfar(img image.Image) *image.NRGBA {
	b := img.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx()/2, b.Dy()/2))
	for i := range out.Rect.Dx() * out.Rect.Dy() {
		x, y := i%out.Rect.Dx(), i/out.Rect.Dx()
		var sum [4]int
		for j := range 4 {
			c := color.NRGBAModel.Convert(img.At(b.Min.X+2*x+j%2, b.Min.Y+2*y+j/2)).(color.NRGBA)
			sum[0], sum[1], sum[2], sum[3] = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B), sum[3]+int(c.A)
		}
		out.SetNRGBA(x, y, color.NRGBA{uint8(sum[0] / 4), uint8(sum[1] / 4), uint8(sum[2] / 4), uint8(sum[3] / 4)})
	}
	return out
}

// inkOf returns the part of a pixel that is ink, from 0 to 1, if letters are reduced to three quarters of their size by bilinear
// interpolation.
func inkOf(letters *image.NRGBA, x, y int) float64 {
	s, t := float64(x)*4/3+0.2, float64(y)*4/3+0.3
	i, j := int(s), int(t)
	u, v := s-float64(i), t-float64(j)
	at := func(i, j int) float64 { return 1 - float64(letters.NRGBAAt(i, j).R)/255 }
	return at(i, j)*(1-u)*(1-v) + at(i+1, j)*u*(1-v) + at(i, j+1)*(1-u)*v + at(i+1, j+1)*u*v
}

// page returns reduced letters in black and red.
func page() *image.NRGBA {
	letters := letters(1)[0]
	out := image.NewNRGBA(image.Rect(0, 0, letters.Rect.Dx()*3/4, letters.Rect.Dy()*3/4))
	for i := range out.Rect.Dx() * out.Rect.Dy() {
		x, y := i%out.Rect.Dx(), i/out.Rect.Dx()
		part := inkOf(letters, x, y)
		c := color.NRGBA{uint8(math.Round(255 * (1 - part))), 0, 0, 255}
		c.G, c.B = c.R, c.R
		if y > 60 {
			c.R = 255 - uint8(math.Round(40*part))
		}
		out.SetNRGBA(x, y, c)
	}
	return out
}

func TestASecondEncodingOfLettersHasFewerColorsAndLooksTheSame(t *testing.T) {
	img := page()
	for _, bytes := range []int{1300, 600} { // there are colors that fit; none do
		file, out := again(t, img, bytes, true)
		all, _ := encodedPNG(t, processors.PNG{Palette: processors.PaletteNever}, img, processors.Original{})
		assert.Less(t, len(file), len(all)*3/4)
		require.IsType(t, new(image.Paletted), out)
		assert.LessOrEqual(t, len(out.(*image.Paletted).Palette), 16)
		assert.Greater(t, imagetest.PSNR(fromAfar(img), fromAfar(out)), 30.0)
		assert.InDelta(t, redness(img), redness(out), 0.1*redness(img), "hues are kept")
	}
}

func redness(img image.Image) (sum float64) {
	for i := range img.Bounds().Dx() * img.Bounds().Dy() {
		c := color.NRGBAModel.Convert(img.At(i%img.Bounds().Dx(), i/img.Bounds().Dx())).(color.NRGBA)
		sum += max(float64(c.R)-float64(c.G), 0)
	}
	return sum
}

func TestASecondEncodingThatFitsHasAsManyColorsAsFit(t *testing.T) {
	img := page()
	last := 0
	for _, bytes := range []int{1200, 1500, 1800} {
		file, out := again(t, img, bytes, true)
		assert.LessOrEqual(t, len(file), bytes)
		n := len(out.(*image.Paletted).Palette)
		assert.Greater(t, n, last)
		last = n
	}
}

// waves returns smooth gray waves.
func waves() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 240, 160))
	for i := range 240 * 160 {
		x, y := float64(i%240), float64(i/240)
		v := uint8(128 + 100*math.Sin(x/40+math.Sin(y/30)))
		img.SetNRGBA(i%240, i/240, color.NRGBA{v, v, v, 255})
	}
	return img
}

func TestASecondEncodingHasNoVisibleSteps(t *testing.T) {
	img := waves()
	all, _ := encodedPNG(t, processors.PNG{Palette: processors.PaletteNever}, img, processors.Original{})
	for _, ratio := range []float64{0.36, 0.32} { // 12 colors fit, or 10
		_, out := again(t, img, int(float64(len(all))*ratio), true)
		_, most := differ(img, out)
		assert.LessOrEqual(t, most, 6)
	}
}

func TestAGradientThatCannotFitKeepsItsColors(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	for i := range 200 * 200 {
		x, y := i%200, i/200
		img.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), uint8(200 - (x+y)/2), 255})
	}
	_, out := again(t, img, 300, false)
	n, _ := differ(img, out)
	assert.Zero(t, n)
}
