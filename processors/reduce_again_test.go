package processors_test

import (
	"bytes"
	"fmt"
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

// inked returns a page of reduced letters. The letters in a rectangle have another color than the others.
func inked(paper, ink color.NRGBA, colored map[image.Rectangle]color.NRGBA) *image.NRGBA {
	const across, w, h = 4, 120, 72
	out := image.NewNRGBA(image.Rect(0, 0, across*w, across*h))
	pages := letters(across * across)
	for i := range out.Rect.Dx() * out.Rect.Dy() {
		x, y := i%out.Rect.Dx(), i/out.Rect.Dx()
		c := ink
		for r, other := range colored {
			if image.Pt(x, y).In(r) {
				c = other
			}
		}
		part := inkOf(pages[y/h*across+x/w], x%w, y%h)
		mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-part) + float64(b)*part) }
		out.SetNRGBA(x, y, color.NRGBA{mix(paper.R, c.R), mix(paper.G, c.G), mix(paper.B, c.B), 255})
	}
	return out
}

// meanHue returns the means of red minus green and of blue minus green in a part of a picture.
func meanHue(img image.Image, part image.Rectangle) (hue [2]float64) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			hue[0] += float64(int(c.R)-int(c.G)) / float64(part.Dx()*part.Dy())
			hue[1] += float64(int(c.B)-int(c.G)) / float64(part.Dx()*part.Dy())
		}
	}
	return hue
}

// One word of a page is red, or four words of a terminal are green, yellow, red and blue.
func TestASecondEncodingKeepsTheHuesOfFewPixels(t *testing.T) {
	word := func(x, y int) image.Rectangle { return image.Rect(x, 2+15*y/2, x+24, 9+15*y/2) }
	for _, c := range []struct {
		name       string
		paper, ink color.NRGBA
		colored    map[image.Rectangle]color.NRGBA
	}{
		{"page", color.NRGBA{255, 255, 255, 255}, color.NRGBA{0, 0, 0, 255}, map[image.Rectangle]color.NRGBA{word(130, 5): {210, 0, 0, 255}}},
		{"terminal", color.NRGBA{24, 24, 24, 255}, color.NRGBA{220, 220, 220, 255}, map[image.Rectangle]color.NRGBA{
			word(20, 1): {80, 220, 80, 255}, word(260, 12): {230, 210, 60, 255}, word(130, 22): {230, 70, 70, 255}, word(400, 30): {80, 140, 255, 255},
		}},
	} {
		img := inked(c.paper, c.ink, c.colored)
		keeps := func(out image.Image, of string) {
			for part := range c.colored {
				want, got := meanHue(img, part), meanHue(out, part)
				lost := math.Hypot(want[0]-got[0], want[1]-got[1]) / math.Hypot(want[0], want[1])
				assert.Less(t, lost, 0.5, "%s, %s, %v", c.name, of, part)
			}
		}
		all, _ := encodedPNG(t, processors.PNG{Palette: processors.PaletteNever}, img, processors.Original{})
		lossless := encoded(t, processors.WebP{}, img)
		for _, ratio := range []float64{0.8, 0.68, 0.3} {
			_, out := again(t, img, int(float64(len(all))*ratio), true)
			if ratio < 0.7 {
				assert.LessOrEqual(t, len(out.(*image.Paletted).Palette), 20, c.name)
			}
			keeps(out, fmt.Sprint("PNG, ", ratio))
			original := processors.Original{Scaled: true, Palette: true, Bytes: int(float64(len(lossless)) * ratio), Exceeded: 1 / ratio}
			keeps(xdecode(t, encodedAgain(t, processors.WebP{}, img, original)), fmt.Sprint("WebP, ", ratio))
		}
	}
}

// encodedAgain encodes a picture of an original.
func encodedAgain(t *testing.T, e processors.OriginalEncoder, img image.Image, original processors.Original) []byte {
	var b bytes.Buffer
	require.NoError(t, e.EncodeOriginal(t.Context(), &b, img, original))
	return b.Bytes()
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
