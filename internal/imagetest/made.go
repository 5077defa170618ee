package imagetest

import (
	"image"
	"image/color"
	"math/rand/v2"
)

// Gradient returns a smooth, opaque picture that is different in each corner, so that its orientation is
// visible.
func Gradient(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(60 + 100*x*y/(w*h)), 255})
		}
	}
	return img
}

// Subject returns a smooth picture with a checkered disk.
func Subject(size, at image.Point, radius int) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			c := color.RGBA{uint8(150 + 40*x/size.X), uint8(160 + 30*y/size.Y), 190, 255}
			if d := image.Pt(x, y).Sub(at); d.X*d.X+d.Y*d.Y < radius*radius {
				c = color.RGBA{220, uint8(100 + 100*((x/6+y/6)%2)), 60, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// Photo returns a picture with smooth parts, edges and noise, like a photo.
func Photo(w, h int, seed uint64) *image.NRGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{byte(x * 255 / w), byte(y * 255 / h), byte((x + 2*y) % 256), 255}
			if (x/40+y/56)%3 == 0 {
				c = color.NRGBA{byte(r.IntN(256)), c.G, byte(r.IntN(60)), 255}
			}
			if (x-w/2)*(x-w/2)+(y-h/2)*(y-h/2) < w*h/16 {
				c = color.NRGBA{250, 30, 20, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// Noise returns an opaque picture of random samples, which no encoder can compress.
func Noise(w, h int, seed uint64) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	Fill(img.Pix, seed)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return img
}

// Static returns noise with random alpha.
func Static(w, h int, seed uint64) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	Fill(img.Pix, seed)
	return img
}

// Fill fills samples with noise.
func Fill(samples []byte, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 12))
	for i := range samples {
		samples[i] = byte(r.Uint32())
	}
}
