package quantize

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
)

// differenceOf compares two pictures.
func differenceOf(t *testing.T, want, got func(x, y int) color.NRGBA) Difference {
	img := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	out := image.NewPaletted(img.Rect, nil)
	p := &Palette{}
	index := map[color.NRGBA]uint8{}
	for i := range 40 * 30 {
		x, y := i%40, i/40
		img.SetNRGBA(x, y, want(x, y))
		c := got(x, y)
		if _, ok := index[c]; !ok {
			index[c] = uint8(len(p.Colors))
			p.Colors = append(p.Colors, c)
		}
		out.Pix[y*out.Stride+x] = index[c]
	}
	return Compare(t.Context(), img, out, p)
}

func visibleOf(t *testing.T, want, got func(x, y int) color.NRGBA) float64 {
	return differenceOf(t, want, got).Visible
}

func grayOf(v int) color.NRGBA { return color.NRGBA{uint8(v), uint8(v), uint8(v), 255} }

func TestDifferencesAreVisibleAsToTheEye(t *testing.T) {
	flat := func(int, int) color.NRGBA { return grayOf(128) }
	stripes := func(x, _ int) color.NRGBA { return grayOf(x % 2 * 255) }
	plus := func(of func(x, y int) color.NRGBA, d int) func(x, y int) color.NRGBA {
		return func(x, y int) color.NRGBA { return grayOf(min(max(int(of(x, y).R)+d, 0), 255)) }
	}
	assert.Zero(t, visibleOf(t, flat, flat))
	lighter := visibleOf(t, flat, plus(flat, 8))
	assert.Greater(t, visibleOf(t, flat, plus(flat, 16)), 1.8*lighter)
	noisy := func(x, y int) color.NRGBA { return grayOf(128 + 8*(1-2*((x+y)%2))) }
	assert.Less(t, visibleOf(t, flat, noisy), lighter/3, "alternating differences are less visible")
	assert.Less(t, visibleOf(t, stripes, plus(stripes, 8)), lighter/3, "differences at edges are less visible")
	red := func(x, y int) color.NRGBA { return color.NRGBA{180, 105, 128, 255} }
	assert.Greater(t, visibleOf(t, flat, red), lighter, "hues are visible")
	one := func(x, y int) color.NRGBA {
		if x/4 == 5 && y/4 == 3 {
			return grayOf(255)
		}
		return flat(x, y)
	}
	assert.Greater(t, visibleOf(t, flat, one), 3*lighter, "a bad place is visible, though all others are good")
	clear := func(x, y int) color.NRGBA { return color.NRGBA{} }
	assert.Greater(t, visibleOf(t, func(int, int) color.NRGBA { return grayOf(0) }, clear), 1.0, "black is not transparent")
}

func TestALostHueIsFoundHoweverFewPixelsHaveIt(t *testing.T) {
	spot := func(c color.NRGBA) func(x, y int) color.NRGBA {
		return func(x, y int) color.NRGBA {
			if x/3 == 5 && y/3 == 3 {
				return c
			}
			return grayOf(x * 5)
		}
	}
	hues := []color.NRGBA{{210, 40, 40, 255}, {230, 130, 30, 255}, {220, 210, 40, 255}, {60, 200, 60, 255}, {20, 150, 150, 255}, {60, 150, 240, 255}, {140, 60, 200, 255}, {220, 60, 160, 255}}
	for _, c := range hues {
		gray := grayOf((2*int(c.R) + 5*int(c.G) + int(c.B)) / 8)
		d := differenceOf(t, spot(c), spot(gray))
		assert.InDelta(t, 1, d.Hue, 0.1, "%v becomes gray", c)
		pale := color.NRGBA{uint8((3*int(c.R) + int(gray.R)) / 4), uint8((3*int(c.G) + int(gray.R)) / 4), uint8((3*int(c.B) + int(gray.R)) / 4), 255}
		assert.InDelta(t, 0.25, differenceOf(t, spot(c), spot(pale)).Hue, 0.15, "%v becomes paler", c)
		assert.Zero(t, differenceOf(t, spot(c), spot(c)).Hue)
	}
	assert.Greater(t, differenceOf(t, spot(hues[3]), spot(hues[7])).Hue, 1.0, "green becomes magenta")
	assert.Zero(t, differenceOf(t, spot(grayOf(90)), spot(grayOf(120))).Hue, "gray has no hue")
}
