package imagetest

import (
	"image"
	"image/color"
	"math"
)

// PSNR returns the PSNR in dB of all four premultiplied channels of two pictures of the same size.
func PSNR(a, b image.Image) float64 { return psnr(a, b, 4) }

// PSNRWithoutAlpha returns the PSNR in dB of the premultiplied R, G and B of two pictures of the same size.
func PSNRWithoutAlpha(a, b image.Image) float64 { return psnr(a, b, 3) }

func psnr(a, b image.Image, channels int) float64 {
	sum := 0.0
	r, s := a.Bounds(), b.Bounds().Min
	for y := range r.Dy() {
		for x := range r.Dx() {
			p, q := rgba(a, r.Min.X+x, r.Min.Y+y), rgba(b, s.X+x, s.Y+y)
			for i := range channels {
				d := (float64(p[i]) - float64(q[i])) / 257
				sum += d * d
			}
		}
	}
	return Decibels(sum, channels*r.Dx()*r.Dy())
}

// Decibels returns the PSNR in dB of samples of 0 to 255. sum is the sum of the squared differences.
func Decibels(sum float64, samples int) float64 {
	return 10 * math.Log10(255*255*float64(samples)/max(sum, 1e-6))
}

func rgba(m image.Image, x, y int) [4]uint16 {
	var c color.RGBA64
	if deep, ok := m.(image.RGBA64Image); ok {
		c = deep.RGBA64At(x, y)
	} else {
		c = color.RGBA64Model.Convert(m.At(x, y)).(color.RGBA64)
	}
	return [4]uint16{c.R, c.G, c.B, c.A}
}

// Likeness compares a picture with a reference of another size. part is the share of the picture that it compares, from the top; 1 means the
// whole picture. Likeness scales the reference by Lanczos-3 in floating point, premultiplied. It composites both pictures over white and over
// black, and returns the lower PSNR of R, G and B in dB.
func Likeness(reference, got image.Image, part float64) float64 {
	size := got.Bounds().Size()
	want := scaled(reference, size)
	rows := max(1, int(part*float64(size.Y)))
	var white, black float64
	for y := range rows {
		for x := range size.X {
			p := rgba(got, got.Bounds().Min.X+x, got.Bounds().Min.Y+y)
			w := want[y*size.X+x]
			alpha := clamp(w[3], 65535)
			for i := range 3 {
				a, b := clamp(w[i], alpha), float64(p[i])
				black += (a - b) * (a - b) / (257 * 257)
				d := (a + 65535 - alpha) - (b + 65535 - float64(p[3]))
				white += d * d / (257 * 257)
			}
		}
	}
	return Decibels(max(white, black), 3*rows*size.X)
}

func clamp(v, most float64) float64 { return min(max(v, 0), most) }

// taps are the weights of the samples around one sample of the result.
type taps struct {
	first   int
	weights []float64
}

// of returns the weighted sum of samples.
func (t taps) of(row [][4]float64) [4]float64 {
	var r, g, b, a float64
	samples := row[t.first : t.first+len(t.weights)]
	for j, w := range t.weights {
		s := &samples[j]
		r, g, b, a = r+float64(w*s[0]), g+float64(w*s[1]), b+float64(w*s[2]), a+float64(w*s[3])
	}
	return [4]float64{r, g, b, a}
}

// add adds the samples of a row, times w, to the samples of sum.
func add(sum [][4]float64, w float64, row [][4]float64) {
	for x := range row {
		s, v := &sum[x], &row[x]
		s[0], s[1], s[2], s[3] = s[0]+float64(w*v[0]), s[1]+float64(w*v[1]), s[2]+float64(w*v[2]), s[3]+float64(w*v[3])
	}
}

func lanczos3(from, to int) []taps {
	step := float64(from) / float64(to)
	wide := max(step, 1)
	all := make([]taps, to)
	for i := range all {
		center := (float64(i) + 0.5) * step
		first, last := max(0, int(center-3*wide)), min(from, int(center+3*wide)+1)
		t, sum := taps{first: first}, 0.0
		for j := first; j < last; j++ {
			w := 0.0
			if x := math.Abs(float64(j)+0.5-center) / wide; x < 1e-9 {
				w = 1
			} else if x < 3 {
				w = 3 * math.Sin(math.Pi*x) * math.Sin(math.Pi*x/3) / (math.Pi * math.Pi * x * x)
			}
			t.weights, sum = append(t.weights, w), sum+w
		}
		for j := range t.weights {
			t.weights[j] /= sum
		}
		all[i] = t
	}
	return all
}

// samplesOf returns a function that returns the premultiplied samples of a pixel.
func samplesOf(src image.Image) func(x, y int) [4]float64 {
	samples := func(c [4]uint16) [4]float64 {
		return [4]float64{float64(c[0]), float64(c[1]), float64(c[2]), float64(c[3])}
	}
	p, ok := src.(*image.Paletted)
	if !ok {
		return func(x, y int) [4]float64 { return samples(rgba(src, x, y)) }
	}
	var colors [256][4]float64
	for i, c := range p.Palette {
		r, g, b, a := c.RGBA()
		colors[i] = samples([4]uint16{uint16(r), uint16(g), uint16(b), uint16(a)})
	}
	return func(x, y int) [4]float64 { return colors[p.Pix[p.PixOffset(x, y)]] }
}

// scaled returns the samples of src at a size. It needs memory for one row of src, and for those rows of the result to which a row of src
// contributes.
func scaled(src image.Image, size image.Point) [][4]float64 {
	b := src.Bounds()
	horizontal, vertical := lanczos3(b.Dx(), size.X), lanczos3(b.Dy(), size.Y)
	out := make([][4]float64, size.X*size.Y)
	row, narrow := make([][4]float64, b.Dx()), make([][4]float64, size.X)
	start, at := 0, samplesOf(src)
	for y := range b.Dy() {
		for x := range row {
			row[x] = at(b.Min.X+x, b.Min.Y+y)
		}
		for x, t := range horizontal {
			narrow[x] = t.of(row)
		}
		for start < size.Y && vertical[start].first+len(vertical[start].weights) <= y {
			start++
		}
		for i := start; i < size.Y && vertical[i].first <= y; i++ {
			if y-vertical[i].first >= len(vertical[i].weights) {
				continue
			}
			add(out[i*size.X:(i+1)*size.X], vertical[i].weights[y-vertical[i].first], narrow)
		}
	}
	return out
}
