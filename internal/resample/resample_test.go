package resample

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Pillow 9.4 computed the two vectors (Image.LANCZOS, mode L).
func TestLanczosAgreesWithPillow(t *testing.T) {
	ramp, step := image.NewGray(image.Rect(0, 0, 16, 1)), image.NewGray(image.Rect(0, 0, 16, 1))
	for x := range 16 {
		ramp.Pix[x] = byte(17 * x)
		if x >= 8 {
			step.Pix[x] = 255
		}
	}
	for _, c := range []struct {
		src  *image.Gray
		want []byte
	}{
		{ramp, []byte{26, 92, 163, 229}},
		{step, []byte{1, 0, 15, 240, 255, 254}},
	} {
		got := resize(c.src, Full(c.src.Rect), image.Pt(len(c.want), 1), Options{}).(*image.Gray)
		for i, w := range c.want {
			assert.InDelta(t, w, got.Pix[i], 1, "sample %d of %v, want %v", i, got.Pix, c.want)
		}
	}
}

// sources returns a random picture of every kind. Each is a part of a larger picture, with an origin other than (0,0).
func sources(rng *rand.Rand, w, h int) map[string]image.Image {
	outer := image.Rect(-3, 5, w+4, h+11)
	inner := image.Rect(1, 7, w+1, h+7)
	fill := func(p []byte) {
		for i := range p {
			p[i] = byte(rng.Uint32())
		}
	}
	m := map[string]image.Image{}
	gray := image.NewGray(outer)
	fill(gray.Pix)
	m["Gray"] = gray.SubImage(inner)
	gray16 := image.NewGray16(outer)
	fill(gray16.Pix)
	m["Gray16"] = gray16.SubImage(inner)
	nrgba := image.NewNRGBA(outer)
	fill(nrgba.Pix)
	m["NRGBA"] = nrgba.SubImage(inner)
	nrgba64 := image.NewNRGBA64(outer)
	fill(nrgba64.Pix)
	m["NRGBA64"] = nrgba64.SubImage(inner)
	cmyk := image.NewCMYK(outer)
	fill(cmyk.Pix)
	m["CMYK"] = cmyk.SubImage(inner)
	alpha := image.NewAlpha(outer)
	fill(alpha.Pix)
	m["Alpha"] = alpha.SubImage(inner)
	alpha16 := image.NewAlpha16(outer)
	fill(alpha16.Pix)
	m["Alpha16"] = alpha16.SubImage(inner)

	rgba, rgba64 := image.NewRGBA(outer), image.NewRGBA64(outer)
	palette := color.Palette{}
	for range 200 {
		palette = append(palette, color.NRGBA{byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())})
	}
	paletted := image.NewPaletted(outer, palette)
	opaque := image.NewPaletted(outer, color.Palette{color.White, color.Black, color.RGBA{255, 0, 0, 255}})
	for y := outer.Min.Y; y < outer.Max.Y; y++ {
		for x := outer.Min.X; x < outer.Max.X; x++ {
			rgba.Set(x, y, nrgba.At(x, y))
			rgba64.Set(x, y, nrgba64.At(x, y))
			paletted.SetColorIndex(x, y, uint8(rng.IntN(len(palette))))
			opaque.SetColorIndex(x, y, uint8(rng.IntN(3)))
		}
	}
	m["RGBA"], m["RGBA64"] = rgba.SubImage(inner), rgba64.SubImage(inner)
	m["Paletted"], m["Paletted opaque"] = paletted.SubImage(inner), opaque.SubImage(inner)
	m["unknown"] = struct{ image.Image }{m["NRGBA"]}
	return m
}

func TestEveryTypeAgreesWithTheTextbook(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		w, h int
		r    Rect
		size image.Point
	}{
		{40, 30, Rect{0, 0, 40, 30}, image.Pt(13, 11)},
		{40, 30, Rect{3.3, 1.75, 37.1, 29.5}, image.Pt(20, 9)},
		{17, 9, Rect{0, 0, 17, 9}, image.Pt(40, 33)},
		{64, 64, Rect{10, 10, 42, 42}, image.Pt(9, 5)},
		{40, 5, Rect{0, 0, 40, 5}, image.Pt(9, 9)},
		{1, 1, Rect{0, 0, 1, 1}, image.Pt(3, 2)},
		{1, 50, Rect{0, 0, 1, 50}, image.Pt(1, 8)},
		{50, 1, Rect{0, 0, 50, 1}, image.Pt(8, 1)},
		{12, 12, Rect{-2, -2, 14, 14}, image.Pt(8, 8)},
		{12, 12, Rect{5, 5, 5.5, 5.5}, image.Pt(8, 8)},
	} {
		for name, src := range sources(rng, c.w, c.h) {
			for _, k := range []Kernel{Lanczos3, CatmullRom} {
				t.Run(fmt.Sprintf("%s %dx%d %v to %v kernel %d", name, c.w, c.h, c.r, c.size, k), func(t *testing.T) {
					got := resize(src, c.r, c.size, Options{Kernel: k, Exact: true})
					require.Equal(t, image.Rectangle{Max: c.size}, got.Bounds())
					within(t, reference(src, c.r, c.size, k), got, 1)
				})
			}
		}
	}
}

func within(t *testing.T, want [4]floats, img image.Image, tolerance float64) {
	t.Helper()
	got := channels(img)
	for k := range want {
		for i, v := range want[k].v {
			if d := math.Abs(got[k].v[i] - v); d > tolerance {
				t.Fatalf("channel %d at %d,%d: %v, textbook %.3f", k, i%want[k].w, i/want[k].w, got[k].v[i], v)
			}
		}
	}
}

func TestChosenColumnsAndRowsAreThoseOfTheWholeResult(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	some := func(n int) (out []int) {
		for i := range n {
			if rng.IntN(3) > 0 || i == n/2 {
				out = append(out, i)
			}
		}
		return out
	}
	for _, size := range []image.Point{{13, 11}, {90, 70}, {5, 60}} {
		for name, src := range sources(rng, 40, 30) {
			opt := Options{Columns: some(size.X), Rows: some(size.Y)}
			whole, got := resize(src, Full(src.Bounds()), size, Options{}), resize(src, Full(src.Bounds()), size, opt)
			require.Equal(t, image.Rect(0, 0, len(opt.Columns), len(opt.Rows)), got.Bounds(), name)
			for y, row := range opt.Rows {
				for x, column := range opt.Columns {
					require.Equal(t, whole.At(column, row), got.At(x, y), "%s at %v: %d,%d", name, size, column, row)
				}
			}
		}
	}
}
