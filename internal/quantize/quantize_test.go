package quantize

import (
	"context"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

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

func TestOklabRoundTripChangesColorsByAtMostOneLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := color.NRGBA{rapid.Byte().Draw(t, "R"), rapid.Byte().Draw(t, "G"), rapid.Byte().Draw(t, "B"), 255}
		p := pointOf(c)
		got := p.color()
		for i, v := range [3]uint8{c.R, c.G, c.B} {
			assert.InDelta(t, v, [3]uint8{got.R, got.G, got.B}[i], 1, "%v became %v", c, got)
		}
		assert.Equal(t, c.A, got.A)
	})
	white, black := pointOf(color.NRGBA{255, 255, 255, 255}), pointOf(color.NRGBA{0, 0, 0, 255})
	assert.InDelta(t, 1, white.to(&black), 1e-3)
}

func TestAPictureOfAtMost256ColorsKeepsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 256).Draw(t, "colors")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		colors := make([]color.NRGBA, n)
		for i := range colors {
			colors[i] = color.NRGBA{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32() | 1)}
		}
		img := painted(40, 30, func(x, y int) color.NRGBA { return colors[random.IntN(n)] })
		h := NewHistogram(1200, false)
		h.Add(t.Context(), img)
		p := h.Choose(t.Context(), 256)
		out := image.NewPaletted(img.Rect, nil)
		h.Draw(t.Context(), out, img, p, 0)
		for i, index := range out.Pix {
			want := img.NRGBAAt(i%40, i/40)
			require.Equal(t, want, p.Colors[index])
		}
		assert.InDelta(t, 0, p.Error, 1e-3)
	})
}

func TestTheSearchFindsTheNearestColor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		colors := make([]color.NRGBA, rapid.IntRange(1, 60).Draw(t, "colors"))
		for i := range colors {
			colors[i] = color.NRGBA{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), 255}
		}
		p := NewPalette(colors)
		for range 50 {
			q := pointOf(color.NRGBA{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())})
			_, got := p.search.nearest(&q, random.IntN(len(colors)))
			least := float32(100)
			for _, c := range colors {
				r := pointOf(c)
				least = min(least, q.to(&r))
			}
			require.Equal(t, least, got)
		}
	})
}

func TestMoreColorsHaveASmallerError(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	img := painted(200, 200, func(x, y int) color.NRGBA {
		return color.NRGBA{byte(x + random.IntN(30)), byte(y), byte((x + y) / 2), 255}
	})
	last := 1.0
	for _, n := range []int{1, 2, 8, 16, 64, 256} {
		h := NewHistogram(200*200, true)
		h.Add(t.Context(), img)
		p := h.Choose(t.Context(), n)
		assert.LessOrEqual(t, len(p.Colors), n)
		assert.Less(t, p.Error, last, "%d colors", n)
		last = p.Error
	}
	assert.Less(t, last, 0.02)
}

func TestManyColorsAreMergedIntoMaxEntries(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	img := painted(500, 500, func(x, y int) color.NRGBA {
		return color.NRGBA{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())}
	})
	h := NewHistogram(500*500, false)
	h.Add(t.Context(), img)
	assert.LessOrEqual(t, len(h.entries), maxEntries)
	assert.LessOrEqual(t, cap(h.entries), maxEntries)
	assert.False(t, h.Exact())
	assert.Equal(t, int64(500*500), h.Pixels())
	sum := uint64(0)
	for _, e := range h.entries {
		sum += uint64(e.count)
	}
	assert.Equal(t, uint64(500*500), sum, "every pixel is in an entry")
}

func TestAnOpaqueHistogramDoesNotCountTransparentPixels(t *testing.T) {
	img := painted(10, 10, func(x, y int) color.NRGBA { return color.NRGBA{200, 10, byte(y), byte(x * 28)} })
	h := NewHistogram(100, true)
	h.Add(t.Context(), img)
	assert.Equal(t, int64(50), h.Pixels())
	p := h.Choose(t.Context(), 20)
	out := image.NewPaletted(img.Rect, nil)
	h.Draw(t.Context(), out, img, p, 99)
	for i, index := range out.Pix {
		if x := i % 10; x*28 < 128 {
			require.Equal(t, uint8(99), index)
		} else {
			require.Equal(t, color.NRGBA{200, 10, byte(i / 10), 255}, p.Colors[index])
		}
	}
}

func TestTheHistogramOfNoPixelsHasAPaletteOfOneColor(t *testing.T) {
	h := NewHistogram(0, true)
	p := h.Choose(context.Background(), 256)
	assert.Len(t, p.Colors, 1)
}

func TestIndexIsTheSameWithAndWithoutAGrid(t *testing.T) {
	var colors []color.NRGBA
	for i := range 200 {
		colors = append(colors, color.NRGBA{uint8(i), uint8(7 * i), uint8(255 - 3*i), 255})
	}
	long := NewPalette(colors)
	at := func(i int) (r, g, b uint8) { return uint8(i * 40503 >> 3), uint8(i * 30011 >> 4), uint8(i * 977) }
	for i := range 20_000 {
		long.Index(at(i))
	}
	assert.NotNil(t, long.search.grid)
	short := NewPalette(colors)
	for i := range 300 {
		for range 2 {
			assert.Equal(t, long.Index(at(i)), short.Index(at(i)))
		}
	}
	assert.Nil(t, short.search.grid, "a small picture needs none")
}

// The picture is gray but for a spot of six reds.
func TestAVividPaletteHasARareHue(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 256, 100))
	for i := range 256 * 100 {
		img.SetNRGBA(i%256, i/256, color.NRGBA{uint8(i), uint8(i), uint8(i), 255})
	}
	for i := range 30 {
		img.SetNRGBA(100+i%6, 50+i/6, color.NRGBA{uint8(170 + 10*(i%6)), 30, 20, 255})
	}
	reds := func(vivid bool, n int) (found bool) {
		h := NewHistogram(256*100, false)
		h.Vivid = vivid
		h.Add(t.Context(), img)
		for _, c := range h.Choose(t.Context(), n).Colors {
			found = found || c.R > 170 && c.G < 60
		}
		return found
	}
	assert.True(t, reds(true, 12))
	assert.False(t, reds(false, 12))
}
