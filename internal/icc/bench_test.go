package icc

import (
	"context"
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// These benchmarks use a thumbnail of 400×300 pixels, in the image types that the resampler returns.
func benchmarkPictures() map[string]image.Image {
	r := image.Rect(0, 0, 400, 300)
	rgba, ycc, cmyk, gray := image.NewRGBA(r), image.NewYCbCr(r, image.YCbCrSubsampleRatio444), image.NewCMYK(r), image.NewGray(r)
	rnd := rand.New(rand.NewPCG(1, 1))
	for n, plane := range [][]byte{rgba.Pix, ycc.Y, ycc.Cb, ycc.Cr, cmyk.Pix, gray.Pix} {
		for i := range plane { // smooth shapes with noise, as in a photo
			x, y := float64(i/(len(plane)/r.Dx()/r.Dy())%r.Dx()), float64(i*r.Dy()/len(plane))
			plane[i] = byte(128 + 90*math.Sin(x/40+float64(i%4+n))*math.Cos(y/31) + 8*rnd.NormFloat64())
		}
	}
	for i := 3; i < len(rgba.Pix); i += 4 {
		rgba.Pix[i] = 255
	}
	return map[string]image.Image{"RGBA": rgba, "YCbCr": ycc, "CMYK": cmyk, "Gray": gray}
}

func BenchmarkApply(b *testing.B) {
	pictures := benchmarkPictures()
	for _, c := range []struct{ profile, picture string }{
		{"display-p3-v4", "RGBA"}, {"display-p3-v4", "YCbCr"}, {"gray-gamma22-v2", "Gray"},
		{"rgb-lut16-lab-v2", "YCbCr"}, {"rgb-mab-all-v4", "YCbCr"}, {"cmyk-lut16-lab-v2", "CMYK"},
	} {
		tr := parse(b, c.profile)
		b.Run(c.profile+"/"+c.picture, func(b *testing.B) {
			for b.Loop() {
				apply(tr, pictures[c.picture])
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	profiles := testProfiles()
	for _, name := range []string{"display-p3-v4", "scanner-sampled-v2", "rgb-lut16-lab-v2", "cmyk-lut8-lab-v2"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse(profiles[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/cached", func(b *testing.B) {
			var c Cache
			for b.Loop() {
				if _, err := c.Parse(context.Background(), profiles[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
