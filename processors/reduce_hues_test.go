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

	"github.com/rest-thumbnails/thumbnail/processors"
)

// inked returns a page of reduced letters. The paper, and the ink of its letters, depend on the place.
func inked(paper, ink func(at image.Point) color.NRGBA) *image.NRGBA {
	const across, w, h = 4, 120, 72
	out := image.NewNRGBA(image.Rect(0, 0, across*w, across*h))
	pages := letters(across * across)
	for i := range out.Rect.Dx() * out.Rect.Dy() {
		x, y := i%out.Rect.Dx(), i/out.Rect.Dx()
		out.SetNRGBA(x, y, mixed(paper(image.Pt(x, y)), ink(image.Pt(x, y)), inkOf(pages[y/h*across+x/w], x%w, y%h)))
	}
	return out
}

// mixed returns a mixture of colors. part is that of the second one.
func mixed(a, b color.NRGBA, part float64) color.NRGBA {
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-part) + float64(b)*part) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

func everywhere(c color.NRGBA) func(image.Point) color.NRGBA {
	return func(image.Point) color.NRGBA { return c }
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

// keepHues checks that second encodings of a picture keep the mean hues of its parts, except for at most a part of each, if the
// originals have a part of the bytes of the picture with all colors. It returns the pictures in PNG.
func keepHues(t *testing.T, name string, img image.Image, parts []image.Rectangle, most float64, ratios ...float64) (reduced []*image.Paletted) {
	keeps := func(out image.Image, of string) {
		for _, part := range parts {
			want, got := meanHue(img, part), meanHue(out, part)
			lost := math.Hypot(want[0]-got[0], want[1]-got[1]) / math.Hypot(want[0], want[1])
			assert.Less(t, lost, most, "%s, %s, %v", name, of, part)
		}
	}
	all, _ := encodedPNG(t, processors.PNG{Palette: processors.PaletteNever}, img, processors.Original{})
	lossless := encoded(t, processors.WebP{Lossless: processors.LosslessAlways}, img)
	for _, ratio := range ratios {
		_, out := again(t, img, int(float64(len(all))*ratio), true)
		reduced = append(reduced, out.(*image.Paletted))
		keeps(out, fmt.Sprint("PNG, ", ratio))
		original := processors.Original{Scaled: true, Palette: true, Bytes: int(float64(len(lossless)) * ratio), Exceeded: 1 / ratio}
		keeps(xdecode(t, encodedAgain(t, processors.WebP{}, img, original)), fmt.Sprint("WebP, ", ratio))
	}
	return reduced
}

// encodedAgain encodes a picture of an original.
func encodedAgain(t *testing.T, e processors.OriginalEncoder, img image.Image, original processors.Original) []byte {
	var b bytes.Buffer
	require.NoError(t, e.EncodeOriginal(t.Context(), &b, img, original))
	return b.Bytes()
}

// hueOf returns a color. Equal distances of angle, which is in degrees, are different hues.
func hueOf(angle, light, colorful float64) color.NRGBA {
	of := func(at float64) uint8 {
		return uint8(min(max(light*(128+colorful*127*math.Cos((angle-at)*math.Pi/180)), 0), 255))
	}
	return color.NRGBA{of(0), of(120), of(240), 255}
}

// One word of a page is red, or eight words of a terminal have a hue each.
func TestASecondEncodingKeepsTheHuesOfWords(t *testing.T) {
	word := func(x, y int) image.Rectangle { return image.Rect(x, 2+15*y/2, x+24, 9+15*y/2) }
	var words []image.Rectangle
	for i := range 8 {
		words = append(words, word(20+110*(i%4), 1+4*i))
	}
	for _, c := range []struct {
		name  string
		paper color.NRGBA
		ink   color.NRGBA
		parts []image.Rectangle
		most  int // colors
	}{
		{"page", color.NRGBA{255, 255, 255, 255}, color.NRGBA{0, 0, 0, 255}, words[1:2], 8},
		{"terminal", color.NRGBA{24, 24, 24, 255}, color.NRGBA{220, 220, 220, 255}, words, 32},
	} {
		img := inked(everywhere(c.paper), func(at image.Point) color.NRGBA {
			for i, part := range c.parts {
				if at.In(part) {
					return hueOf(float64(45*i), 1.1, 0.75)
				}
			}
			return c.ink
		})
		reduced := keepHues(t, c.name, img, c.parts, 0.5, 0.8, 0.68, 0.3)
		assert.LessOrEqual(t, len(reduced[2].Palette), c.most, c.name)
	}
}

func TestASecondEncodingKeepsTheColorsOfFields(t *testing.T) {
	field := func(i int) image.Rectangle { return image.Rect(i%8*60, i/8*36, i%8*60+60, i/8*36+36) }
	color64 := func(i int) color.NRGBA {
		return hueOf(float64(i%16)*22.5, []float64{1, 0.75, 0.5, 1.3}[i/16], []float64{0.95, 0.95, 0.95, 0.4}[i/16])
	}
	img := inked(func(at image.Point) color.NRGBA { return color64(at.Y/36*8 + at.X/60) }, everywhere(color.NRGBA{0, 0, 0, 255}))
	var fields []image.Rectangle
	for i := range 64 {
		fields = append(fields, field(i))
	}
	for _, out := range keepHues(t, "fields", img, fields, 0.15, 0.8, 0.6, 0.4) {
		colors := map[color.Color]bool{}
		for _, f := range fields {
			counts := map[color.Color]int{}
			for y := f.Min.Y; y < f.Max.Y; y++ {
				for x := f.Min.X; x < f.Max.X; x++ {
					c := out.At(x, y)
					if counts[c]++; counts[c] > f.Dx()*f.Dy()/2 {
						colors[c] = true
					}
				}
			}
		}
		assert.Len(t, colors, 64, "fields that were different are the same")
	}
}

// Most icons and all words are dark gray. Some icons are orange, and some are teal.
func TestASecondEncodingKeepsTheColorsOfIcons(t *testing.T) {
	gray := color.NRGBA{60, 60, 60, 255}
	inks := []color.NRGBA{gray, gray, {240, 130, 30, 255}, gray, {20, 150, 150, 255}}
	img := inked(everywhere(color.NRGBA{255, 255, 255, 255}), everywhere(gray))
	var colored []image.Rectangle
	for i := range 40 {
		ink, center := inks[i%5], image.Pt(i%8*60+30, i/8*58+25)
		box := image.Rectangle{center, center}.Inset(-13)
		if ink != gray {
			colored = append(colored, box)
		}
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				r := math.Hypot(float64(x-center.X)+0.3, float64(y-center.Y)+0.4)
				part := min(max(11.7-r, 0), 1)
				if i%2 == 0 {
					part *= min(max(r-9.4, 0), 1) // a ring
				}
				img.SetNRGBA(x, y, mixed(color.NRGBA{255, 255, 255, 255}, ink, part))
			}
		}
	}
	keepHues(t, "icons", img, colored, 0.4, 0.6, 0.45, 0.3)
}
