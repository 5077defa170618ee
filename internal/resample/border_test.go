package resample

import (
	"fmt"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// padded is src with n more pixels on each side, which repeat those at the border.
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

func TestEnlargingIsThatOfAPictureWithItsBorderRepeated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 20)
		src := image.NewGray(image.Rect(0, 0, side.Draw(t, "w"), side.Draw(t, "h")))
		for i := range src.Pix {
			src.Pix[i] = byte(rapid.IntRange(0, 255).Draw(t, "sample"))
		}
		larger := rapid.IntRange(1, 60)
		size := src.Rect.Size().Add(image.Pt(larger.Draw(t, "more columns"), larger.Draw(t, "more rows")))
		opt := Options{Kernel: rapid.SampledFrom([]Kernel{Lanczos3, CatmullRom}).Draw(t, "kernel")}
		const n = 4 // more than a kernel reaches
		got := resize(src, Full(src.Rect), size, opt).(*image.Gray)
		part := Rect{n, n, float64(n + src.Rect.Dx()), float64(n + src.Rect.Dy())}
		want := resize(padded(src, n), part, size, opt).(*image.Gray)
		for i, v := range want.Pix {
			if d := int(v) - int(got.Pix[i]); d < -1 || d > 1 {
				t.Fatalf("sample %d is %d, want %d", i, got.Pix[i], v)
			}
		}
	})
}

// What is left is the kernel's overshoot. One that continued the slope would double it: to 35 levels.
func TestTheCornersOfAnEnlargedPictureAreNearlyItsOwn(t *testing.T) {
	src := &image.Gray{Pix: []byte{60, 100, 140, 200}, Stride: 2, Rect: image.Rect(0, 0, 2, 2)}
	for _, n := range []int{16, 40, 101} {
		for kernel, most := range map[Kernel]float64{Lanczos3: 19, CatmullRom: 11} {
			got := resize(src, Full(src.Rect), image.Pt(n, n), Options{Kernel: kernel}).(*image.Gray)
			for i, at := range []int{0, n - 1, n * (n - 1), n*n - 1} {
				assert.InDelta(t, src.Pix[i], got.Pix[at], most, "corner %d of %d pixels", i, n)
			}
		}
	}
}

func TestRowsThatAreConstantStayThatWhenEnlarged(t *testing.T) {
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
