package png

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	stdpng "image/png"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Encode(context.Background(), &b, img))
	return b.Bytes()
}

// painted returns a picture in which the pixel at x, y has the color at(x, y).
func painted(w, h int, at func(x, y int) color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, at(x, y))
		}
	}
	return m
}

// requireEqualPixels compares colors after conversion to 8 bits. Fully transparent pixels are equal whatever their color.
func requireEqualPixels(t *testing.T, want, got image.Image, name string) {
	t.Helper()
	b := want.Bounds()
	require.Equal(t, b.Size(), got.Bounds().Size(), name)
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBAModel.Convert(want.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			if c.A == 0 {
				c = color.NRGBA{}
			}
			if color.NRGBAModel.Convert(got.At(x, y)) != c { // the assertion is slow, so it runs only if it fails
				require.Equal(t, c, color.NRGBAModel.Convert(got.At(x, y)), "%s at %d,%d", name, x, y)
			}
		}
	}
}

func TestTheFormHasTheFewestBits(t *testing.T) {
	gray := func(v int) color.NRGBA { return color.NRGBA{byte(v), byte(v), byte(v), 255} }
	for _, c := range []struct {
		name  string
		at    func(x, y int) color.NRGBA
		color colorType
		depth int
	}{
		{"black", func(x, y int) color.NRGBA { return gray(0) }, colorGray, 1},
		{"black and white", func(x, y int) color.NRGBA { return gray(x % 2 * 255) }, colorGray, 1},
		{"four grays", func(x, y int) color.NRGBA { return gray(x % 4 * 85) }, colorGray, 2},
		{"sixteen grays", func(x, y int) color.NRGBA { return gray(x % 16 * 17) }, colorGray, 4},
		{"two odd grays", func(x, y int) color.NRGBA { return gray(100 + x%2) }, colorIndexed, 1},
		{"all grays", func(x, y int) color.NRGBA { return gray((x + 32*y) % 256) }, colorGray, 8},
		{"one color", func(x, y int) color.NRGBA { return color.NRGBA{1, 2, 3, 255} }, colorIndexed, 1},
		{"nothing", func(x, y int) color.NRGBA { return color.NRGBA{byte(x), byte(y), 9, 0} }, colorIndexed, 1},
		{"3 colors", func(x, y int) color.NRGBA { return color.NRGBA{byte(x % 3), 2, 3, 255} }, colorIndexed, 2},
		{"5 colors", func(x, y int) color.NRGBA { return color.NRGBA{byte(x % 5), 2, 3, 200} }, colorIndexed, 4},
		{"17 colors", func(x, y int) color.NRGBA { return color.NRGBA{byte(x % 17), 2, 3, byte(7 * x)} }, colorIndexed, 8},
		{"256 colors", func(x, y int) color.NRGBA {
			i := (x*x*31 + y*y*17 + x*y*7) % 256
			return color.NRGBA{byte(i), byte(i * (101 + 3*i)), byte(i*57 ^ i*i), 255}
		}, colorIndexed, 8},
		{"256 colors, each of which follows from those beside it", func(x, y int) color.NRGBA { return color.NRGBA{byte(x), byte(y % 8), 3, 255} }, colorRGB, 8},
		{"transparent grays", func(x, y int) color.NRGBA { return color.NRGBA{byte(x), byte(x), byte(x), byte(8 * y)} }, colorGrayAlpha, 8},
		{"colors", func(x, y int) color.NRGBA { return color.NRGBA{byte(x), byte(y), 3, 255} }, colorRGB, 8},
		{"transparent colors", func(x, y int) color.NRGBA { return color.NRGBA{byte(x), byte(y), 3, byte(255 - x)} }, colorRGBA, 8},
	} {
		img := painted(32, 32, c.at)
		before := bytes.Clone(img.Pix)
		data := encoded(t, img)
		h, err := headerOf(data)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.color, h.Color, c.name)
		assert.Equal(t, c.depth, h.Depth, c.name)
		assert.Equal(t, !img.Opaque(), h.Transparent, c.name)
		got, err := stdpng.Decode(bytes.NewReader(data))
		require.NoError(t, err, c.name)
		requireEqualPixels(t, img, got, c.name)
		assert.Equal(t, before, img.Pix, "%s was modified", c.name)
	}
}

func TestEveryTypeOfImageIsEncodedExactly(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	r := image.Rect(-3, 2, 30, 21)
	source := painted(60, 60, func(x, y int) color.NRGBA {
		return color.NRGBA{byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())}
	})
	photo := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	for i := range photo.Y {
		photo.Y[i] = byte(rng.Uint32())
	}
	images := []image.Image{photo, photo.SubImage(image.Rect(1, 3, 20, 9))}
	for _, m := range []draw.Image{
		image.NewGray(r), image.NewGray16(r), image.NewRGBA(r), image.NewRGBA64(r), image.NewNRGBA(r), image.NewNRGBA64(r),
		image.NewCMYK(r), image.NewAlpha(r), image.NewPaletted(r, color.Palette{color.NRGBA{1, 2, 3, 4}, color.White, color.Black}),
	} {
		draw.Draw(m, r, source, image.Pt(9, 9), draw.Src)
		part := m.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(1, 3, 20, 9))
		images = append(images, m, part)
	}
	var d decoder
	for _, img := range images {
		data := encoded(t, img)
		got, err := d.Decode(t.Context(), data)
		require.NoError(t, err)
		requireEqualPixels(t, img, got, "decoded here")
		got, err = stdpng.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		requireEqualPixels(t, img, got, "decoded by image/png")

		again := image.NewNRGBA(img.Bounds())
		for y := again.Rect.Min.Y; y < again.Rect.Max.Y; y++ {
			for x := again.Rect.Min.X; x < again.Rect.Max.X; x++ {
				again.Set(x, y, img.At(x, y))
			}
		}
		assert.True(t, bytes.Equal(data, encoded(t, again)), "%T: other bytes of equal pixels", img)
	}
}

func TestADrawingIsSmallerThanByTheStandardLibrary(t *testing.T) {
	img := painted(160, 240, func(x, y int) color.NRGBA { // bars on a gradient
		if (y/7+x/11)%5 == 0 {
			return color.NRGBA{30, 60, byte(y / 40 * 40), 255}
		}
		return color.NRGBA{byte(y), 255, byte(x), 255}
	})
	var theirs bytes.Buffer
	require.NoError(t, (&stdpng.Encoder{CompressionLevel: stdpng.DefaultCompression}).Encode(&theirs, img))
	ours := encoded(t, img)
	assert.Less(t, len(ours), theirs.Len())
	got, err := stdpng.Decode(bytes.NewReader(ours))
	require.NoError(t, err)
	requireEqualPixels(t, img, got, "a drawing")
}

func TestEncodersMayRunAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			img := painted(20+i, 30, func(x, y int) color.NRGBA { return color.NRGBA{byte(x * i), byte(y), byte(x + y), 255} })
			for range 20 {
				var b bytes.Buffer
				assert.NoError(t, Encode(context.Background(), &b, img))
				got, err := stdpng.Decode(&b)
				if assert.NoError(t, err) {
					requireEqualPixels(t, img, got, "at once")
				}
			}
		})
	}
	wg.Wait()
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

func TestAWriterThatFailsIsReported(t *testing.T) {
	err := errors.New("full")
	assert.ErrorIs(t, Encode(context.Background(), failing{err}, image.NewGray(image.Rect(0, 0, 3, 3))), err)
}

func TestUnfilteringInvertsFiltering(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for _, n := range []int{1, 2, 3, 4} {
		for range 100 {
			row, above := make([]byte, n*(1+rng.IntN(30))), make([]byte, n*31)
			for i := range row {
				row[i], above[i] = byte(rng.Uint32()), byte(rng.Uint32())
			}
			above = above[:len(row)]
			filtered, got := make([]byte, len(row)), make([]byte, len(row))
			for filter := byte(filterNone); filter <= filterPaeth; filter++ {
				filterRow(filter, filtered, row, above, n)
				require.NoError(t, unfilter(filter, got, filtered, above, n))
				require.Equal(t, row, got, "filter %d", filter)
			}
		}
	}
}
