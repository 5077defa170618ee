package processors_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// diagram returns flat shapes with soft edges, as after scaling.
func diagram(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	random := rand.New(rand.NewPCG(1, 2))
	colors := []color.NRGBA{{250, 250, 245, 255}, {30, 90, 180, 255}, {200, 60, 30, 255}, {20, 20, 20, 255}, {90, 170, 80, 255}}
	for y := range h {
		for x := range w {
			a, b := colors[x/23%5*(y/17%2)], colors[(x+9)/31%5*((y+5)/11%2)]
			c := a
			if edge := x % 23; edge == 0 && random.IntN(2) == 0 {
				part := random.IntN(256)
				mix := func(u, v uint8) uint8 { return uint8((int(u)*part + int(v)*(255-part)) / 255) }
				c = color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// scene returns a picture with the noise of a photo.
func scene(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	random := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{byte(x + random.IntN(40)), byte(y + random.IntN(40)), byte((x+y)/2 + random.IntN(40)), 255})
		}
	}
	return img
}

func encodedPNG(t *testing.T, e processors.PNG, img image.Image, original processors.Original) ([]byte, image.Image) {
	var b bytes.Buffer
	require.NoError(t, e.EncodeOriginal(t.Context(), &b, img, original))
	out, err := png.Decode(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	return b.Bytes(), out
}

// differ returns the number of pixels that differ, and the largest difference of a sample.
func differ(a, b image.Image) (n, most int) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := color.NRGBAModel.Convert(a.At(x, y)).(color.NRGBA)
			q := color.NRGBAModel.Convert(b.At(x, y)).(color.NRGBA)
			if p != q {
				n++
			}
			for i, v := range [4]uint8{p.R, p.G, p.B, p.A} {
				most = max(most, abs(int(v)-int([4]uint8{q.R, q.G, q.B, q.A}[i])))
			}
		}
	}
	return n, most
}

func abs(v int) int { return max(v, -v) }

func TestADiagramGetsAPaletteOfFewColors(t *testing.T) {
	img := diagram(300, 200)
	full, same := encodedPNG(t, processors.PNG{Palette: processors.PaletteNever}, img, processors.Original{})
	n, _ := differ(img, same)
	assert.Zero(t, n, "without a palette it is lossless")
	few, out := encodedPNG(t, processors.PNG{}, img, processors.Original{Scaled: true})
	require.IsType(t, new(image.Paletted), out)
	assert.Less(t, len(few), len(full)*3/4)
	n, most := differ(img, out)
	assert.Less(t, n, 300*200/20, "areas keep their colors")
	assert.Less(t, most, 40)
}

func TestAPictureThatIsNotScaledKeepsItsColors(t *testing.T) {
	img := diagram(300, 200)
	_, out := encodedPNG(t, processors.PNG{}, img, processors.Original{Palette: true})
	n, _ := differ(img, out)
	assert.Zero(t, n)
}

func TestAPhotographKeepsItsColors(t *testing.T) {
	img := scene(200, 150)
	for _, original := range []processors.Original{{}, {Scaled: true}, {Palette: true, Scaled: true}} {
		_, out := encodedPNG(t, processors.PNG{}, img, original)
		n, _ := differ(img, out)
		assert.Zero(t, n, "%+v", original)
	}
	_, out := encodedPNG(t, processors.PNG{Palette: processors.PaletteAlways}, img, processors.Original{})
	require.IsType(t, new(image.Paletted), out)
	_, most := differ(img, out)
	assert.Less(t, most, 60)
}

func TestAtMost256ColorsAreKept(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.SetNRGBA(i%64, i/64, color.NRGBA{byte(i % 16 * 3), byte(i / 64 % 16 * 3), 100, byte(255 - i%2)})
	}
	_, out := encodedPNG(t, processors.PNG{}, img, processors.Original{Palette: true, Scaled: true})
	n, _ := differ(img, out)
	assert.Zero(t, n)
}

func TestTransparencyIsReducedWithTheColors(t *testing.T) {
	img := diagram(300, 200)
	for y := range 200 {
		for x := range 40 {
			img.SetNRGBA(x+100, y, color.NRGBA{10, 20, 200, byte(x * 6)})
		}
	}
	_, out := encodedPNG(t, processors.PNG{Palette: processors.PaletteAlways}, img, processors.Original{})
	for x := range 40 {
		_, _, _, a := out.At(x+100, 50).RGBA()
		assert.InDelta(t, x*6, a>>8, 12)
	}
}

func TestTheEstimateOfAPNGIncludesTheSampleOfItsRows(t *testing.T) {
	for _, side := range []int{1, 40, 100, 200, 400} {
		account := codec.NewAccount(1 << 30)
		ctx := codec.WithAccount(t.Context(), account)
		original := processors.Original{Palette: true, Scaled: true, Exceeded: 1.5, Bytes: 10}
		require.NoError(t, processors.PNG{}.EncodeOriginal(ctx, new(bytes.Buffer), imagetest.Photo(side, side, 3), original))
		assert.LessOrEqual(t, account.Peak(), processors.PNG{}.EncodeMemory(side, side), "%d", side)
	}
}
