package resample

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The picture is a red disc on transparent ground. If the filter did not weight colors by alpha, the hidden color of the ground would be
// visible as a fringe.
func TestTransparentEdgesHaveNoFringe(t *testing.T) {
	for _, hidden := range []color.NRGBA{{0, 255, 0, 0}, {0, 0, 0, 0}, {255, 255, 255, 0}} {
		src := image.NewNRGBA(image.Rect(0, 0, 400, 400))
		for y := range 400 {
			for x := range 400 {
				c := hidden
				if (x-200)*(x-200)+(y-200)*(y-200) < 150*150 {
					c = color.NRGBA{255, 0, 0, 255}
				}
				src.SetNRGBA(x, y, c)
			}
		}
		for _, n := range []int{17, 40, 90, 300, 500} {
			got := resize(src, Full(src.Rect), image.Pt(n, n), Options{}).(*image.NRGBA)
			for p := got.Pix; len(p) > 0; p = p[4:] {
				if p[3] > 0 {
					require.Equal(t, []byte{255, 0, 0, p[3]}, p[:4], "pure red of some opacity, %d pixels", n)
				}
			}
		}
	}
}

func TestALongLineBecomesAPixel(t *testing.T) {
	line := image.NewGray(image.Rect(0, 0, 10000, 1))
	for i := range line.Pix {
		line.Pix[i] = byte(i & 1 * 255)
	}
	assert.InDelta(t, 127.5, float64(resize(line, Full(line.Rect), image.Pt(1, 1), Options{}).(*image.Gray).Pix[0]), 1)
	column := &image.Gray{Pix: line.Pix, Stride: 1, Rect: image.Rect(0, 0, 1, 10000)}
	for _, opt := range []Options{{}, {Exact: true}, {Kernel: CatmullRom}} {
		assert.InDelta(t, 127.5, float64(resize(column, Full(column.Rect), image.Pt(1, 1), opt).(*image.Gray).Pix[0]), 1)
	}
	wide := image.NewNRGBA64(image.Rect(0, 0, 300000, 2))
	for i := range wide.Pix {
		wide.Pix[i] = 255
	}
	got := resize(wide, Full(wide.Rect), image.Pt(2, 3), Options{}).(*image.NRGBA)
	assert.Equal(t, bytes.Repeat([]byte{255}, 24), got.Pix)
	dot := image.NewGray(image.Rect(0, 0, 1, 1))
	dot.Pix[0] = 77
	up := resize(dot, Full(dot.Rect), image.Pt(2000, 3), Options{}).(*image.Gray)
	assert.Equal(t, bytes.Repeat([]byte{77}, 6000), up.Pix)
}

func TestWeightsSumToOneExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a axis
		g := grid{size: rapid.IntRange(1, 20000).Draw(t, "size"), n: rapid.IntRange(1, 60).Draw(t, "n")}
		g.step = float64(g.size) / float64(g.n) * rapid.Float64Range(0.1, 1).Draw(t, "part")
		g.x0 = rapid.Float64Range(0, max(0, float64(g.size)-g.step*float64(g.n))).Draw(t, "x0")
		setAxis(&a, Kernel(rapid.IntRange(0, 1).Draw(t, "kernel")), g, columnResidual, rapid.IntRange(0, 8).Draw(t, "pre"))
		for i, start := range a.start {
			sum := 0
			for k, w := range a.w[i*a.stride:][:a.stride] {
				sum += int(w)
				if w != 0 && (k >= a.taps || int(start)+k >= a.cells) {
					t.Fatalf("weight %d of sample %d lies beyond the %d taps", k, i, a.taps)
				}
			}
			if i < g.n && sum != one || i >= g.n && sum != 0 {
				t.Fatalf("the weights of sample %d sum to %d", i, sum)
			}
		}
	})
}

// Each of hundreds of weights is only a few units of the last bit, but their sum must be one. The result must agree
// with the definition.
func TestHundredsOfSmallWeightsAddUpToOne(t *testing.T) {
	for _, ratio := range []int{37, 64, 101, 127} {
		flat, ramp := image.NewGray(image.Rect(0, 0, 20*ratio, 2)), image.NewGray(image.Rect(0, 0, 20*ratio, 2))
		for i := range flat.Pix {
			flat.Pix[i] = 200
			ramp.Pix[i] = byte(i % ramp.Stride * 255 / ramp.Stride)
		}
		got := resize(flat, Full(flat.Rect), image.Pt(20, 2), Options{}).(*image.Gray)
		assert.Equal(t, bytes.Repeat([]byte{200}, 40), got.Pix, "ratio %d", ratio)
		size := image.Pt(20, 2)
		within(t, reference(ramp, Full(ramp.Rect), size, Lanczos3), resize(ramp, Full(ramp.Rect), size, Options{}), 0.6)
	}
}

// The result overshoots between samples. It must be clamped, and must not wrap around.
func TestOvershootIsClamped(t *testing.T) {
	src := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range src.Pix {
		src.Pix[i] = byte(i / 4 & 1 * 255)
	}
	got := resize(src, Full(src.Rect), image.Pt(160, 160), Options{})
	within(t, reference(src, Full(src.Rect), image.Pt(160, 160), Lanczos3), got, 1)
}

func TestResizingToTheSameSizeChangesNothing(t *testing.T) {
	src := image.NewGray(image.Rect(2, 3, 60, 50))
	noise(src.Pix)
	got := resize(src, Full(src.Rect), src.Rect.Size(), Options{}).(*image.Gray)
	assert.Equal(t, src.Pix, got.Pix)
	part := resize(src, Rect{5, 6, 25, 16}, image.Pt(20, 10), Options{}).(*image.Gray)
	for y := range 10 {
		assert.Equal(t, src.Pix[(y+6)*src.Stride+5:][:20], part.Pix[y*20:][:20])
	}
}

func TestKeptCMYKIsFilteredPerInk(t *testing.T) {
	src := image.NewCMYK(image.Rect(0, 0, 50, 40))
	noise(src.Pix)
	got := resize(src, Full(src.Rect), image.Pt(20, 20), Options{KeepCMYK: true}).(*image.CMYK)
	for ink := range 4 {
		plane := floats{50, 40, make([]float64, 2000)}
		for i := range plane.v {
			plane.v[i] = float64(src.Pix[4*i+ink])
		}
		want := plane.scale(lanczos3, 3, 0, 2.5, 0, 2, image.Pt(20, 20))
		pix := make([]byte, 400)
		for i := range pix {
			pix[i] = got.Pix[4*i+ink]
		}
		near(t, want, pix, 20)
	}
}
