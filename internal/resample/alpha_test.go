package resample

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// shapes return the opacity, from 0 to 1, of pixel x, y of a picture of w by h pixels.
var shapes = map[string]func(x, y, w, h int) float64{
	"disc": func(x, y, w, h int) float64 {
		if math.Hypot(float64(2*x+1-w), float64(2*y+1-h)) < 0.8*float64(min(w, h)) {
			return 1
		}
		return 0
	},
	"soft disc": func(x, y, w, h int) float64 {
		return min(max(0.4*float64(min(w, h))-math.Hypot(float64(2*x+1-w), float64(2*y+1-h))/2, 0), 1)
	},
	"thin lines": func(x, y, _, _ int) float64 { return float64(min(x%9/8+y%7/6, 1)) },
	"haze":       func(_, _, _, _ int) float64 { return 0.1 },
}

// layers returns a picture of each type with alpha. Where coverage is not 0, pixels have color c with that opacity. Transparent pixels have
// another color in types that can store it.
func layers(w, h int, c color.NRGBA, coverage func(x, y, w, h int) float64) map[string]image.Image {
	r := image.Rect(0, 0, w, h)
	nrgba, nrgba64, rgba64 := image.NewNRGBA(r), image.NewNRGBA64(r), image.NewRGBA64(r)
	rgba := image.NewRGBA(r)
	ycc := image.NewNYCbCrA(r, image.YCbCrSubsampleRatio420)
	paletted := image.NewPaletted(r, nil)
	for a := range 256 {
		paletted.Palette = append(paletted.Palette, color.NRGBA{c.R, c.G, c.B, byte(a)})
	}
	luma, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
	for i := range ycc.Cb {
		ycc.Cb[i], ycc.Cr[i] = cb, cr
	}
	for y := range h {
		for x := range w {
			a := coverage(x, y, w, h)
			c.A = byte(math.Round(255 * a))
			wide := color.NRGBA64{uint16(c.R) * 257, uint16(c.G) * 257, uint16(c.B) * 257, uint16(math.Round(65535 * a))}
			nrgba.SetNRGBA(x, y, c)
			nrgba64.SetNRGBA64(x, y, wide)
			rgba64.Set(x, y, wide)
			rgba.Set(x, y, color.NRGBA{c.R, c.G, c.B, byte(255 * int(a))}) // with 8 bits, premultiplied colors of low alpha are too inaccurate
			paletted.SetColorIndex(x, y, c.A)
			ycc.Y[ycc.YOffset(x, y)], ycc.A[ycc.AOffset(x, y)] = luma, c.A
			if c.A == 0 {
				nrgba.SetNRGBA(x, y, color.NRGBA{0, 255, 0, 0})
				ycc.Y[ycc.YOffset(x, y)] = 255 - luma
			}
		}
	}
	return map[string]image.Image{
		"NRGBA": nrgba, "NRGBA64": nrgba64, "RGBA": rgba, "RGBA64": rgba64, "NYCbCrA": ycc, "Paletted": paletted,
		"unknown": struct{ image.Image }{nrgba},
	}
}

// Neither the overshoot of the kernel nor the rounding of nearly transparent pixels may change the color.
func TestAFlatShapeOnTransparentGroundKeepsItsColor(t *testing.T) {
	const w, h = 110, 90
	for shape, coverage := range shapes {
		for _, c := range []color.NRGBA{{200, 30, 60, 255}, {9, 128, 254, 255}} {
			for kind, src := range layers(w, h, c, coverage) {
				want := c
				if kind == "NYCbCrA" {
					want.R, want.G, want.B = color.YCbCrToRGB(color.RGBToYCbCr(c.R, c.G, c.B))
				}
				for _, size := range []image.Point{{3, 2}, {9, 8}, {20, 31}, {50, 41}, {109, 90}, {130, 101}, {260, 13}} {
					for _, opt := range []Options{{}, {Kernel: CatmullRom, Exact: true}} {
						got := resize(src, Full(src.Bounds()), size, opt).(*image.NRGBA)
						requireColor(t, want, got, fmt.Sprintf("%s in %s, %v to %v, %+v", shape, kind, src.Bounds(), size, opt))
					}
				}
			}
		}
	}
}

func TestAFlatGrayShapeKeepsItsGray(t *testing.T) {
	const w, h = 110, 90
	for shape, coverage := range shapes {
		for _, f := range []Format{GrayAlpha8, GrayAlpha16} {
			for _, size := range []image.Point{{3, 2}, {20, 31}, {50, 41}, {130, 101}} {
				s := shrinkerOf(f, image.Pt(w, h), Rect{0, 0, w, h}, size, Options{})
				for y := range h {
					var row []byte
					for x := range w {
						alpha := byte(math.Round(255 * coverage(x, y, w, h)))
						for _, v := range []byte{77, alpha} {
							row = append(row, bytes.Repeat([]byte{v}, f.BytesPerPixel()/2)...)
						}
					}
					s.WriteRow(row)
				}
				requireColor(t, color.NRGBA{77, 77, 77, 255}, imageOf(s).(*image.NRGBA), fmt.Sprint(shape, f, size))
			}
		}
	}
}

// requireColor requires that colors differ from want by at most one level if alpha is 16 or more, and that transparent pixels are black.
func requireColor(t *testing.T, want color.NRGBA, img *image.NRGBA, what string) {
	t.Helper()
	for i := 0; i < len(img.Pix); i += 4 {
		got := color.NRGBA{img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3]}
		far := func(a, b byte) bool { return a > b+1 || b > a+1 }
		if got.A >= 16 && (far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B)) {
			t.Fatalf("%s: %v at %d,%d, want %v", what, got, i%img.Stride/4, i/img.Stride, want)
		}
		if got.A == 0 && got != (color.NRGBA{}) {
			t.Fatalf("%s: %v at %d,%d is transparent, but not black", what, got, i%img.Stride/4, i/img.Stride)
		}
	}
}

// The test compares colors that are not multiplied by alpha, because low alpha would make errors smaller.
func TestColorsOfTransparentPicturesAgreeWithTheTextbook(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const w, h = 60, 50
	src := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			src.SetNRGBA(x, y, color.NRGBA{byte(rng.Uint32()), byte(4 * x), byte(5 * y), byte(255 * shapes["soft disc"](x, y, w, h))})
		}
	}
	planes := channels(src)
	for _, size := range []image.Point{{13, 11}, {30, 25}, {59, 50}, {150, 120}} {
		got := resize(src, Full(src.Rect), size, Options{Exact: true}).(*image.NRGBA)
		var want [4]floats
		for k := range want {
			want[k] = planes[k].scale(lanczos3, 3, 0, w/float64(size.X), 0, h/float64(size.Y), size)
		}
		for i, a := range want[3].v {
			require.InDelta(t, min(max(a, 0), 255), got.Pix[4*i+3], 1)
			for k := 0; k < 3 && a >= 16; k++ {
				require.InDelta(t, min(max(255*want[k].v[i]/a, 0), 255), got.Pix[4*i+k], 1, "channel %d at %d of %v", k, i, size)
			}
		}
	}
}

func TestIsOpaqueFindsEachSampleThatIsNotOpaque(t *testing.T) {
	for n := range 40 {
		alpha := make([]int16, n)
		for i := range alpha {
			alpha[i] = opaqueSample
		}
		require.True(t, isOpaque(alpha))
		for i := range alpha {
			alpha[i]--
			require.False(t, isOpaque(alpha))
			alpha[i] += 2
			require.False(t, isOpaque(alpha))
			alpha[i]--
		}
	}
}
