package quantize

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
)

// drawnInTurn draws pictures of one pixel each with a Ditherer, and returns the index of that pixel in each picture.
func drawnInTurn(t *testing.T, d *Ditherer, colors ...color.NRGBA) (indices []uint8) {
	for _, c := range colors {
		img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
		img.SetNRGBA(0, 0, c)
		out := image.NewPaletted(img.Rect, nil)
		d.Draw(t.Context(), out, img)
		indices = append(indices, out.Pix[0])
	}
	return indices
}

func gray(v uint8) color.NRGBA { return color.NRGBA{v, v, v, 255} }

func TestWithoutDitheringAPixelBetweenTwoColorsKeepsItsIndex(t *testing.T) {
	far, close := NewPalette([]color.NRGBA{gray(0), gray(200)}), NewPalette([]color.NRGBA{gray(90), gray(110)})
	middle := uint8(0)
	for far.Index(middle, middle, middle) == 0 {
		middle++
	}
	for name, c := range map[string]struct {
		Ditherer
		then  uint8
		keeps bool
	}{
		"a little lighter":           {Ditherer{Palette: far, Transparent: 2, Plain: true, Calm: true}, middle + 3, true},
		"more than a little lighter": {Ditherer{Palette: far, Transparent: 2, Plain: true, Calm: true}, middle + holdLevels + 3, false},
		"calmer":                     {Ditherer{Palette: far, Transparent: 2, Plain: true, Calm: true, Calmer: true}, middle + holdLevels + 3, true},
		"not calm":                   {Ditherer{Palette: far, Transparent: 2, Plain: true}, middle + 3, false},
	} {
		got := drawnInTurn(t, &c.Ditherer, gray(middle-1), gray(c.then))
		assert.Equal(t, c.keeps, got[0] == got[1], name)
	}
	got := drawnInTurn(t, &Ditherer{Palette: close, Transparent: 2, Plain: true, Calm: true}, gray(95), gray(107))
	assert.Equal(t, []uint8{0, 1}, got, "colors that are near each other change as the pixel does, or gradients would leave traces")
}

func TestASinglePictureIsDrawnAsTheFirstOfMany(t *testing.T) {
	img := painted(40, 30, func(x, y int) color.NRGBA { return color.NRGBA{uint8(6 * x), uint8(8 * y), 90, uint8(x * y)} })
	h := NewHistogram(1200, true)
	h.Add(t.Context(), img)
	p := h.Choose(t.Context(), 12)
	one, many := image.NewPaletted(img.Rect, nil), image.NewPaletted(img.Rect, nil)
	(&Ditherer{Palette: p, Transparent: 12, Single: true}).Draw(t.Context(), one, img)
	(&Ditherer{Palette: p, Transparent: 12}).Draw(t.Context(), many, img)
	assert.Equal(t, many.Pix, one.Pix)
	assert.Contains(t, one.Pix, uint8(12))
}

func TestOnlyACalmerDithererClearsTheEdgeOfAHole(t *testing.T) {
	p := NewPalette([]color.NRGBA{gray(0), gray(200)})
	edge := color.NRGBA{200, 200, 200, 160}
	assert.Equal(t, []uint8{0, 1}, drawnInTurn(t, &Ditherer{Palette: p, Transparent: 2, Plain: true, Calm: true}, gray(0), edge))
	assert.Equal(t, []uint8{0, 2}, drawnInTurn(t, &Ditherer{Palette: p, Transparent: 2, Plain: true, Calm: true, Calmer: true}, gray(0), edge))
	edge.A = 235
	assert.Equal(t, []uint8{0, 1}, drawnInTurn(t, &Ditherer{Palette: p, Transparent: 2, Plain: true, Calm: true, Calmer: true}, gray(0), edge))
}

func TestInLinearLightALineOnALightGroundIsKept(t *testing.T) {
	p := NewPalette([]color.NRGBA{gray(0), gray(255)})
	partly := gray(180) // white, of which 3 in 10 are covered by a black line
	assert.Equal(t, []uint8{1, 1}, drawnInTurn(t, &Ditherer{Palette: p, Transparent: 2, Plain: true}, partly, gray(200)))
	assert.Equal(t, []uint8{0, 1}, drawnInTurn(t, &Ditherer{Palette: p, Transparent: 2, Plain: true, Curve: NewCurve(2.2)}, partly, gray(200)))
}
