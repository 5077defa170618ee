package resample

import (
	"image"
	"image/color"
	"math"
)

// The reference is the textbook's sum in float64. It uses no code of the package.

func lanczos3(x float64) float64 {
	x = math.Abs(x)
	if x >= 3 {
		return 0
	}
	if x < 1e-9 {
		return 1
	}
	return 3 * math.Sin(math.Pi*x) * math.Sin(math.Pi*x/3) / (math.Pi * math.Pi * x * x)
}

func catmullRom(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return 1.5*x*x*x - 2.5*x*x + 1
	case x < 2:
		return -0.5*x*x*x + 2.5*x*x - 4*x + 2
	}
	return 0
}

// referenceLine scales the samples v of one line to n samples. Sample i is centered at x0 + (i+½)·step.
func referenceLine(v []float64, kernel func(float64) float64, reach, x0, step float64, n int) []float64 {
	out := make([]float64, n)
	scale := math.Max(1, step)
	for i := range out {
		c := x0 + (float64(i)+0.5)*step
		edge := 0.0
		if step < 1 {
			edge = 0.5
		}
		c = math.Min(math.Max(c, edge), float64(len(v))-edge)
		var sum, norm float64
		lo, hi := int(math.Floor(c-reach*scale))-1, int(math.Ceil(c+reach*scale))+1
		if step >= 1 {
			lo, hi = max(0, lo), min(len(v), hi)
		}
		for j := lo; j < hi; j++ {
			w := kernel((float64(j) + 0.5 - c) / scale)
			sum += w * v[min(max(j, 0), len(v)-1)] // the border is repeated
			norm += w
		}
		out[i] = sum / norm
	}
	return out
}

// floats is one channel of a picture.
type floats struct {
	w, h int
	v    []float64
}

func (f floats) scale(kernel func(float64) float64, reach, x0, sx, y0, sy float64, size image.Point) floats {
	mid := floats{size.X, f.h, make([]float64, size.X*f.h)}
	for y := range f.h {
		copy(mid.v[y*mid.w:], referenceLine(f.v[y*f.w:][:f.w], kernel, reach, x0, sx, size.X))
	}
	out := floats{size.X, size.Y, make([]float64, size.X*size.Y)}
	col := make([]float64, f.h)
	for x := range size.X {
		for y := range col {
			col[y] = mid.v[y*mid.w+x]
		}
		for y, v := range referenceLine(col, kernel, reach, y0, sy, size.Y) {
			out.v[y*out.w+x] = v
		}
	}
	return out
}

func planeOf(pix []byte, stride, w, h int) floats {
	f := floats{w, h, make([]float64, w*h)}
	for y := range h {
		for x := range w {
			f.v[y*w+x] = float64(pix[y*stride+x])
		}
	}
	return f
}

// channels returns the premultiplied red, green, blue and alpha of any image, from 0 to 255.
func channels(img image.Image) (c [4]floats) {
	b := img.Bounds()
	for i := range c {
		c[i] = floats{b.Dx(), b.Dy(), make([]float64, b.Dx()*b.Dy())}
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			i := y*b.Dx() + x
			var r [4]float64
			switch p := img.At(b.Min.X+x, b.Min.Y+y).(type) {
			case color.NRGBA: // its method RGBA would round the premultiplied channels
				a := float64(p.A) / 255
				r = [4]float64{float64(p.R) * a, float64(p.G) * a, float64(p.B) * a, float64(p.A)}
			case color.NRGBA64:
				a := float64(p.A) / 65535
				r = [4]float64{float64(p.R) * a / 257, float64(p.G) * a / 257, float64(p.B) * a / 257, float64(p.A) / 257}
			default:
				pr, pg, pb, pa := p.RGBA()
				r = [4]float64{float64(pr) / 257, float64(pg) / 257, float64(pb) / 257, float64(pa) / 257}
			}
			for k := range r {
				c[k].v[i] = r[k]
			}
		}
	}
	return c
}

// reference returns what Resize should return: four channels, premultiplied, not rounded. Colors are divided by alpha before both are
// clamped.
func reference(src image.Image, r Rect, size image.Point, k Kernel) [4]floats {
	kernel, reach := lanczos3, 3.0
	if k == CatmullRom {
		kernel, reach = catmullRom, 2
	}
	c := channels(src)
	for i := range c {
		c[i] = c[i].scale(kernel, reach, r.X0, (r.X1-r.X0)/float64(size.X), r.Y0, (r.Y1-r.Y0)/float64(size.Y), size)
	}
	for j, a := range c[3].v {
		alpha := math.Min(math.Max(a, 0), 255)
		for i := range 3 {
			if c[i].v[j] *= alpha / a; alpha == 0 {
				c[i].v[j] = 0
			}
			c[i].v[j] = math.Min(math.Max(c[i].v[j], 0), alpha)
		}
		c[3].v[j] = alpha
	}
	return c
}
