package resample

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// kinds are the image types of package image on which one can draw.
var kinds = map[string]func(image.Rectangle) interface {
	image.Image
	Set(x, y int, c color.Color)
}{
	"Gray":     func(r image.Rectangle) settable { return image.NewGray(r) },
	"Gray16":   func(r image.Rectangle) settable { return image.NewGray16(r) },
	"RGBA":     func(r image.Rectangle) settable { return image.NewRGBA(r) },
	"RGBA64":   func(r image.Rectangle) settable { return image.NewRGBA64(r) },
	"NRGBA":    func(r image.Rectangle) settable { return image.NewNRGBA(r) },
	"NRGBA64":  func(r image.Rectangle) settable { return image.NewNRGBA64(r) },
	"CMYK":     func(r image.Rectangle) settable { return image.NewCMYK(r) },
	"Alpha":    func(r image.Rectangle) settable { return image.NewAlpha(r) },
	"Alpha16":  func(r image.Rectangle) settable { return image.NewAlpha16(r) },
	"Paletted": func(r image.Rectangle) settable { return image.NewPaletted(r, color.Palette{flat}) },
}

type settable = interface {
	image.Image
	Set(x, y int, c color.Color)
}

var flat = color.NRGBA{200, 100, 50, 180}

func TestFlatPicturesStayFlatAtEverySize(t *testing.T) {
	for name, make := range kinds {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			w, h := rapid.IntRange(1, 120).Draw(t, "w"), rapid.IntRange(1, 120).Draw(t, "h")
			src := make(image.Rect(-5, 3, w-5, h+3))
			for y := range h {
				for x := range w {
					src.Set(x-5, y+3, flat)
				}
			}
			opt := options(t)
			got := resize(src, rect(t, w, h), size(t), opt)
			straight := func(c color.Color) [4]uint16 {
				n := color.NRGBA64Model.Convert(c).(color.NRGBA64)
				return [4]uint16{round8(n.R), round8(n.G), round8(n.B), round8(n.A)}
			}
			want := straight(src.At(-5, 3))
			for y := range got.Bounds().Dy() {
				for x := range got.Bounds().Dx() {
					if c := straight(got.At(x, y)); c != want {
						t.Fatalf("%v at %d,%d, want %v", c, x, y, want)
					}
				}
			}
		}))
	}
}

func round8(v uint16) uint16 { return uint16((uint32(v) + 128) / 257) }

func size(t *rapid.T) image.Point {
	side := rapid.IntRange(1, 90)
	return image.Pt(side.Draw(t, "width"), side.Draw(t, "height"))
}

func rect(t *rapid.T, w, h int) Rect {
	part := func(n int) (float64, float64) {
		a := rapid.Float64Range(-1, float64(n)-0.01).Draw(t, "from")
		return a, rapid.Float64Range(a+0.01, float64(n)+1).Draw(t, "to")
	}
	var r Rect
	r.X0, r.X1 = part(w)
	r.Y0, r.Y1 = part(h)
	return r
}

func options(t *rapid.T) Options {
	eighths := func() Eighths {
		return Eighths{rapid.IntRange(0, 8).Draw(t, "eighths"), rapid.IntRange(0, 8).Draw(t, "eighths")}
	}
	return Options{
		Kernel:    rapid.SampledFrom([]Kernel{Lanczos3, CatmullRom}).Draw(t, "kernel"),
		Exact:     rapid.Bool().Draw(t, "exact"),
		Subsample: rapid.SampledFrom(ratios).Draw(t, "subsample"),
		Luma:      eighths(),
		Chroma:    eighths(),
	}
}

// anythingGoes resizes a random part of a random picture of every kind. The result has the requested size, opaque pictures stay opaque, and
// transparent pixels are black.
func anythingGoes(t *rapid.T) {
	w, h := rapid.IntRange(1, 70).Draw(t, "w"), rapid.IntRange(1, 70).Draw(t, "h")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	r, size, opt := rect(t, w, h), size(t), options(t)
	m := sources(rng, w, h)
	for _, ratio := range ratios {
		m["YCbCr "+ratio.String()] = randomYCbCr(rng, image.Rect(3, 1, w+3, h+1), ratio)
	}
	for name, src := range m {
		got := resize(src, r, size, opt)
		if got.Bounds() != (image.Rectangle{Max: size}) {
			t.Fatalf("%s: %v", name, got.Bounds())
		}
		opaque := func(img image.Image) bool {
			o, ok := img.(interface{ Opaque() bool })
			return ok && o.Opaque()
		}
		if opaque(src) && !opaque(got) {
			t.Fatalf("%s: opaque no more", name)
		}
		if nrgba, ok := got.(*image.NRGBA); ok {
			for p := nrgba.Pix; len(p) > 0; p = p[4:] {
				if p[3] == 0 && (p[0] != 0 || p[1] != 0 || p[2] != 0) {
					t.Fatalf("%s: %v is transparent, but not black", name, p[:4])
				}
			}
		}
	}
}

func TestAnyPartOfAnyPictureIsResizedToAnySize(t *testing.T) { rapid.Check(t, anythingGoes) }
func FuzzAnythingGoes(f *testing.F)                          { f.Fuzz(rapid.MakeFuzz(anythingGoes)) }

func TestSourceIsNotModified(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	src := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	noise(src.Pix)
	before := bytes.Clone(src.Pix)
	ycc := randomYCbCr(rng, image.Rect(0, 0, 100, 100), image.YCbCrSubsampleRatio420)
	y, cb := bytes.Clone(ycc.Y), bytes.Clone(ycc.Cb)
	for range 3 {
		for _, size := range []image.Point{{10, 10}, {50, 70}, {130, 110}, {100, 100}} {
			a := resize(src, Rect{3, 4, 90, 91}, size, Options{})
			b := resize(ycc, Rect{3, 4, 90, 91}, size, Options{})
			release(a)
			release(b)
		}
	}
	assert.Equal(t, before, src.Pix)
	assert.Equal(t, y, ycc.Y)
	assert.Equal(t, cb, ycc.Cb)
}

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

func TestGoroutinesCanResizeAtTheSameTime(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	noise(src.Pix)
	ycc := randomYCbCr(rand.New(rand.NewPCG(2, 2)), src.Rect, image.YCbCrSubsampleRatio420)
	sizes := []image.Point{{30, 20}, {75, 50}, {150, 201}, {400, 300}}
	want := make([][2][]byte, len(sizes))
	resize := func(size image.Point) [2][]byte {
		a := resize(src, Full(src.Rect), size, Options{}).(*image.NRGBA)
		b := resize(ycc, Full(src.Rect), size, Options{}).(*image.YCbCr)
		out := [2][]byte{bytes.Clone(a.Pix), append(append(bytes.Clone(b.Y), b.Cb...), b.Cr...)}
		release(a)
		release(b)
		return out
	}
	for i, s := range sizes {
		want[i] = resize(s)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for k := range 8 {
				i := (g + k) % len(sizes)
				assert.Equal(t, want[i], resize(sizes[i]))
			}
		})
	}
	wg.Wait()
}

func TestRectanglesOutsideThePictureRepeatItsEdges(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 9, 9))
	for i := range src.Pix {
		src.Pix[i] = 255
	}
	for _, r := range []Rect{{1e18, 0, 1e18 + 1e6, 9}, {-1e15, -1e15, 1e15, 1e15}, {0, 0, 1e300, 1e300}, {0, 0, 1e-300, 1e-300}} {
		got := resize(src, r, image.Pt(2, 3), Options{}).(*image.NRGBA)
		assert.Equal(t, bytes.Repeat([]byte{255}, 24), got.Pix, "%v", r)
	}
}

func TestImpossibleRequestsPanic(t *testing.T) {
	src := image.NewGray(image.Rect(0, 0, 9, 9))
	for _, r := range []Rect{{}, {3, 3, 3, 5}, {5, 0, 4, 9}} {
		assert.Panics(t, func() { resize(src, r, image.Pt(1, 1), Options{}) })
	}
	assert.Panics(t, func() { resize(src, Full(src.Rect), image.Pt(0, 1), Options{}) })
	for _, opt := range []Options{{Columns: []int{0}}, {Rows: []int{0}}} {
		assert.NotPanics(t, func() { resize(src, Full(src.Rect), image.Pt(2, 2), opt) })
		opt.Subsample = image.YCbCrSubsampleRatio420
		assert.Panics(t, func() { resize(src, Full(src.Rect), image.Pt(2, 2), opt) })
	}
	assert.Panics(t, func() { resize(image.NewGray(image.Rectangle{}), Rect{0, 0, 1, 1}, image.Pt(1, 1), Options{}) })
}
