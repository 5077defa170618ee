package resample

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
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
