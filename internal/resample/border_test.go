package resample

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// padded returns src with n more pixels on each side, which repeat the pixels at the border.
func padded(src *image.Gray, n int) *image.Gray {
	size := src.Rect.Size()
	out := image.NewGray(image.Rect(0, 0, size.X+2*n, size.Y+2*n))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.SetGray(x, y, src.GrayAt(min(max(x-n, 0), size.X-1), min(max(y-n, 0), size.Y-1)))
		}
	}
	return out
}

// inner returns the range of samples whose centers lie between the centers of the first and the last pixel, if a side of small pixels is
// enlarged to large.
func inner(small, large int) (from, to int) {
	within := func(i int) bool {
		at := (float64(i) + 0.5) * float64(small) / float64(large)
		return at >= 0.5 && at <= float64(small)-0.5
	}
	for from < large && !within(from) {
		from++
	}
	for to = from; to < large && within(to); {
		to++
	}
	return from, to
}

func randomGray(t *rapid.T) *image.Gray {
	side := rapid.IntRange(1, 20)
	src := image.NewGray(image.Rect(0, 0, side.Draw(t, "w"), side.Draw(t, "h")))
	for i := range src.Pix {
		src.Pix[i] = byte(rapid.IntRange(0, 255).Draw(t, "sample"))
	}
	return src
}

func TestEnlargingRepeatsTheBorder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := randomGray(t)
		larger := rapid.IntRange(1, 60)
		size := src.Rect.Size().Add(image.Pt(larger.Draw(t, "more columns"), larger.Draw(t, "more rows")))
		opt := Options{Kernel: rapid.SampledFrom([]Kernel{Lanczos3, CatmullRom}).Draw(t, "kernel")}
		const n = 4 // kernels reach less far
		got := resize(src, Full(src.Rect), size, opt).(*image.Gray)
		part := Rect{n, n, float64(n + src.Rect.Dx()), float64(n + src.Rect.Dy())}
		want := resize(padded(src, n), part, size, opt).(*image.Gray)
		left, right := inner(src.Rect.Dx(), size.X)
		top, bottom := inner(src.Rect.Dy(), size.Y)
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				if d := int(want.GrayAt(x, y).Y) - int(got.GrayAt(x, y).Y); d < -1 || d > 1 {
					t.Fatalf("sample %d, %d is %v, want %v", x, y, got.GrayAt(x, y), want.GrayAt(x, y))
				}
			}
		}
	})
}

// Outside of the centers of the outermost pixels, the overshoot of the kernel at a nearby edge must not be visible.
func TestOutsideTheOutermostPixelCentersAnEnlargedPictureIsConstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := randomGray(t)
		size := src.Rect.Size().Mul(rapid.IntRange(2, 40).Draw(t, "times"))
		opt := Options{Kernel: rapid.SampledFrom([]Kernel{Lanczos3, CatmullRom}).Draw(t, "kernel")}
		got := resize(src, Full(src.Rect), size, opt).(*image.Gray)
		for _, x := range []int{0, size.X - 1} {
			for _, y := range []int{0, size.Y - 1} {
				want := src.GrayAt(x*src.Rect.Dx()/size.X, y*src.Rect.Dy()/size.Y).Y
				if d := int(want) - int(got.GrayAt(x, y).Y); d < -1 || d > 1 {
					t.Fatalf("corner %d, %d is %v, want %v", x, y, got.GrayAt(x, y), want)
				}
			}
		}
		outer := size.X / src.Rect.Dx() / 2 // the columns of half a pixel
		for y := range size.Y {
			for x := range outer {
				if got.GrayAt(x, y) != got.GrayAt(0, y) || got.GrayAt(size.X-1-x, y) != got.GrayAt(size.X-1, y) {
					t.Fatalf("row %d changes within %d columns of the border", y, x)
				}
			}
		}
	})
}

func TestConstantRowsStayConstantWhenEnlarged(t *testing.T) {
	for _, size := range []image.Point{{50, 20}, {17, 90}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			src := image.NewGray(image.Rect(0, 0, 9, 7))
			for i := range src.Pix {
				src.Pix[i] = byte(i / src.Stride * 40)
			}
			got := resize(src, Full(src.Rect), size, Options{}).(*image.Gray)
			for i, v := range got.Pix {
				assert.Equal(t, got.Pix[i/size.X*size.X], v)
			}
		})
	}
}

// The reference is the same kernel in float64, with a repeated border. Browsers also repeat the border; they differ near it only because
// they use another kernel.
func TestTheBorderIsRepeatedInEveryKindOfPicture(t *testing.T) {
	sizes := []struct{ from, to image.Point }{
		{image.Pt(2, 2), image.Pt(40, 40)}, {image.Pt(1, 9), image.Pt(17, 30)}, {image.Pt(13, 8), image.Pt(14, 50)},
		{image.Pt(31, 6), image.Pt(16, 24)}, {image.Pt(6, 31), image.Pt(24, 16)}, // one side is reduced, and the other one enlarged
		{image.Pt(31, 40), image.Pt(16, 13)},
	}
	r := rand.New(rand.NewPCG(6, 6))
	for name, make := range kinds {
		if name == "Paletted" { // paletted pictures have only one color here
			continue
		}
		for _, s := range sizes {
			src := make(image.Rectangle{Max: s.from})
			for y := range s.from.Y {
				for x := range s.from.X {
					src.Set(x, y, color.NRGBA64{uint16(r.Uint32()), uint16(r.Uint32()), uint16(r.Uint32()), uint16(r.Uint32())})
				}
			}
			for _, k := range []Kernel{Lanczos3, CatmullRom} {
				t.Run(fmt.Sprint(name, s, k), func(t *testing.T) {
					within(t, reference(src, Full(src.Bounds()), s.to, k), resize(src, Full(src.Bounds()), s.to, Options{Kernel: k}), 1.5)
				})
			}
		}
	}
}
