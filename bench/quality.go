package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
)

// A sample is a result of one side: 8-bit sRGB, three samples per pixel, composited over white.
type sample struct {
	size image.Point
	pix  []byte
}

// sampleOf returns a picture as a viewer shows it.
func sampleOf(img image.Image) *sample {
	b := img.Bounds()
	s := &sample{b.Size(), make([]byte, 0, 3*b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			s.pix = append(s.pix, onWhite(c.R, c.A), onWhite(c.G, c.A), onWhite(c.B, c.A))
		}
	}
	return s
}

func onWhite(c, a byte) byte { return byte((int(c)*int(a) + 255*(255-int(a)) + 127) / 255) }

// readSample reads the file that a worker saved: "width height channels", a line feed, and the samples.
func readSample(path string) (*sample, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	head, raw, _ := bytes.Cut(data, []byte("\n"))
	var w, h, n int
	if _, err := fmt.Sscanf(string(head), "%d %d %d", &w, &h, &n); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if n < 1 || n > 4 || len(raw) != w*h*n {
		return nil, fmt.Errorf("%s: %d bytes of %d×%d×%d", path, len(raw), w, h, n)
	}
	s := &sample{image.Pt(w, h), make([]byte, 0, 3*w*h)}
	for ; len(raw) > 0; raw = raw[n:] {
		c, a := [3]byte{raw[0], raw[0], raw[0]}, byte(255)
		if n > 2 {
			c = [3]byte(raw)
		}
		if n%2 == 0 {
			a = raw[n-1]
		}
		s.pix = append(s.pix, onWhite(c[0], a), onWhite(c[1], a), onWhite(c[2], a))
	}
	return s, nil
}

// over returns a part of r, with the given size and offset, composited over white.
func (r *raster) over(at, size image.Point) []float64 {
	out := make([]float64, 0, 3*size.X*size.Y)
	for y := range size.Y {
		row := r.pix[4*((at.Y+y)*r.size.X+at.X):][:4*size.X]
		for ; len(row) > 0; row = row[4:] {
			for i := range 3 {
				out = append(out, math.Min(row[i]+255-row[3], 255))
			}
		}
	}
	return out
}

// A score is the similarity of a result to the reference.
type score struct {
	psnr float64 // dB, over the three channels
	ssim float64
}

// judge compares s with the part of a reference that it shows, and returns the best score. It tries all
// positions, because the position of a crop is not judged. There are several references
// if conventions differ in how a source is mapped to a rounded number of pixels.
func judge(s *sample, references []*raster) score {
	best, part := math.Inf(-1), []float64(nil)
	for _, r := range references {
		for y := 0; y+s.size.Y <= r.size.Y; y++ {
			for x := 0; x+s.size.X <= r.size.X; x++ {
				candidate := r.over(image.Pt(x, y), s.size)
				if p := psnr(s, candidate); p > best {
					best, part = p, candidate
				}
			}
		}
	}
	if part == nil {
		return score{math.NaN(), math.NaN()}
	}
	return score{best, ssim(lumaOf(s), lumaOfFloats(part), s.size)}
}

func psnr(s *sample, want []float64) float64 {
	sum := 0.0
	for i, v := range want {
		d := v - float64(s.pix[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(want))/sum)
}

func lumaOf(s *sample) []float64 {
	out := make([]float64, len(s.pix)/3)
	for i := range out {
		out[i] = 0.299*float64(s.pix[3*i]) + 0.587*float64(s.pix[3*i+1]) + 0.114*float64(s.pix[3*i+2])
	}
	return out
}

func lumaOfFloats(p []float64) []float64 {
	out := make([]float64, len(p)/3)
	for i := range out {
		out[i] = 0.299*p[3*i] + 0.587*p[3*i+1] + 0.114*p[3*i+2]
	}
	return out
}

// ssim returns the mean structural similarity of two luma planes: Wang, Bovik, Sheikh and Simoncelli,
// "Image quality assessment: from error visibility to structural similarity", 2004, with its Gaussian
// window of 11 × 11 and σ = 1.5.
func ssim(a, b []float64, size image.Point) float64 {
	product := func(p, q []float64) []float64 {
		out := make([]float64, len(p))
		for i := range p {
			out[i] = p[i] * q[i]
		}
		return blur(out, size)
	}
	ma, mb, aa, bb, ab := blur(a, size), blur(b, size), product(a, a), product(b, b), product(a, b)
	const c1, c2 = 0.01 * 255 * 0.01 * 255, 0.03 * 255 * 0.03 * 255
	sum := 0.0
	for i := range ma {
		va, vb, cov := aa[i]-ma[i]*ma[i], bb[i]-mb[i]*mb[i], ab[i]-ma[i]*mb[i]
		sum += (2*ma[i]*mb[i] + c1) * (2*cov + c2) / ((ma[i]*ma[i] + mb[i]*mb[i] + c1) * (va + vb + c2))
	}
	return sum / float64(len(ma))
}

// blur applies the Gaussian window at every position at which it fits into the plane.
func blur(p []float64, size image.Point) []float64 {
	var window [11]float64
	total := 0.0
	for i := range window {
		window[i] = math.Exp(-float64((i-5)*(i-5)) / (2 * 1.5 * 1.5))
		total += window[i]
	}
	w, h := size.X-10, size.Y-10
	if w < 1 || h < 1 {
		return nil
	}
	mid := make([]float64, w*size.Y)
	for y := range size.Y {
		for x := range w {
			for i, g := range window {
				mid[y*w+x] += g / total * p[y*size.X+x+i]
			}
		}
	}
	out := make([]float64, w*h)
	for i := range out {
		for j, g := range window {
			out[i] += g / total * mid[i+j*w]
		}
	}
	return out
}
