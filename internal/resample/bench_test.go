package resample

import (
	"fmt"
	"image"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

func noise(p []byte) {
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range p {
		p[i] = byte(rng.Uint32())
	}
}

func benchYCbCr(w, h int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	noise(m.Y)
	noise(m.Cb)
	noise(m.Cr)
	return m
}

// Each benchmark runs this package and CatmullRom of x/image/draw in alternation. It reports the least CPU time of each in milliseconds, and
// their ratio. To compare the Go code with the assembly, run it with and without -tags noasm, in alternation.
func BenchmarkResize(b *testing.B) {
	nrgba := image.NewNRGBA(image.Rect(0, 0, 1600, 1200))
	noise(nrgba.Pix)
	big := image.NewNRGBA(image.Rect(0, 0, 4400, 3300))
	noise(big.Pix)
	for i := 3; i < len(big.Pix); i += 4 {
		big.Pix[i] = 255
	}
	rgba := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for i := range rgba.Pix {
		rgba.Pix[i] = 255
	}
	for _, c := range []struct {
		name string
		src  image.Image
		size image.Point
		opt  Options
	}{
		{"ycbcr 500x375 to 267x200", benchYCbCr(500, 375), image.Pt(267, 200), Options{Luma: Eighths{1, 1}, Chroma: Eighths{1, 1}}},
		{"ycbcr 500x375 to 267x200 in 420", benchYCbCr(500, 375), image.Pt(267, 200), Options{Subsample: image.YCbCrSubsampleRatio420}},
		{"ycbcr 1500x1125 to 800x600", benchYCbCr(1500, 1125), image.Pt(800, 600), Options{}},
		{"ycbcr 2000x1500 to 1600x1200", benchYCbCr(2000, 1500), image.Pt(1600, 1200), Options{}},
		{"ycbcr 4000x3000 to 267x200", benchYCbCr(4000, 3000), image.Pt(267, 200), Options{}},
		{"rgba 1600x1200 to 400x300", rgba, image.Pt(400, 300), Options{}},
		{"nrgba 1600x1200 to 400x300", nrgba, image.Pt(400, 300), Options{}},
		{"opaque nrgba 4400x3300 to 267x200", big, image.Pt(267, 200), Options{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			dst := image.NewRGBA(image.Rectangle{Max: c.size})
			ours, theirs := time.Hour, time.Hour
			b.ReportAllocs()
			for b.Loop() {
				for range 5 {
					start := imagetest.CPU()
					release(resize(c.src, Full(c.src.Bounds()), c.size, c.opt))
					ours = min(ours, imagetest.CPU()-start)
				}
				start := imagetest.CPU()
				draw.CatmullRom.Scale(dst, dst.Rect, c.src, c.src.Bounds(), draw.Src, nil)
				theirs = min(theirs, imagetest.CPU()-start)
			}
			b.ReportMetric(float64(ours)/1e6, "ms")
			b.ReportMetric(float64(theirs)/1e6, "x/image-ms")
			b.ReportMetric(float64(theirs)/float64(ours), "times-faster")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func BenchmarkWeights(b *testing.B) {
	for _, n := range []int{200, 800} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var a axis
			for b.Loop() {
				setAxis(&a, Lanczos3, grid{size: n * 5 / 2, step: 2.5, n: n}, 3, 1)
			}
		})
	}
}
