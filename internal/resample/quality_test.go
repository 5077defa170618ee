package resample

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/assert"
)

// photo returns a plane with the statistics of photographs. It consists of octaves of interpolated noise, whose spectrum falls as 1/f, and
// of hard edges.
func photo(w, h int, seed uint64) *image.Gray {
	rng := rand.New(rand.NewPCG(seed, 1))
	v := make([]float64, w*h)
	for cell := 1; cell <= 512; cell *= 2 {
		gw, gh := w/cell+2, h/cell+2
		grid := make([]float64, gw*gh)
		for i := range grid {
			grid[i] = rng.NormFloat64()
		}
		amp := 6 * math.Pow(float64(cell), 0.45)
		for y := range h {
			gy, fy := y/cell, float64(y%cell)/float64(cell)
			for x := range w {
				gx, fx := x/cell, float64(x%cell)/float64(cell)
				g := grid[gy*gw+gx:]
				top := g[0] + (g[1]-g[0])*fx
				bottom := g[gw] + (g[gw+1]-g[gw])*fx
				v[y*w+x] += amp * (top + (bottom-top)*fy)
			}
		}
	}
	for range 40 {
		x0, y0, r, d := rng.IntN(w), rng.IntN(h), 10+rng.IntN(h/6), rng.NormFloat64()*40
		for y := max(0, y0-r); y < min(h, y0+r); y++ {
			for x := max(0, x0-r); x < min(w, x0+r); x++ {
				if (x-x0)*(x-x0)+(y-y0)*(y-y0) < r*r {
					v[y*w+x] += d
				}
			}
		}
	}
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i, v := range v {
		m.Pix[i] = byte(math.Min(math.Max(math.Round(128+v), 0), 255))
	}
	return m
}

// scaledDecode scales src to n/8 in the DCT domain, as a decoder does: by the n-point inverse DCT of the lowest n by n coefficients of
// each block. The sides of src are multiples of eight.
func scaledDecode(src *image.Gray, n int) *image.Gray {
	basis := func(k, x, points int) float64 {
		c := math.Sqrt(2 / float64(points))
		if k == 0 {
			c = math.Sqrt(1 / float64(points))
		}
		return c * math.Cos(math.Pi*float64(k)*float64(2*x+1)/float64(2*points))
	}
	var m [8][8]float64 // the linear map from eight samples to n
	for y := range n {
		for x := range 8 {
			for k := range n {
				m[y][x] += basis(k, y, n) * basis(k, x, 8) * math.Sqrt(float64(n)/8)
			}
		}
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	mid := make([]float64, w/8*n*h)
	for y := range h {
		for x := range w / 8 * n {
			for k := range 8 {
				mid[y*(w/8*n)+x] += m[x%n][k] * float64(src.Pix[y*src.Stride+x/n*8+k])
			}
		}
	}
	w = w / 8 * n
	dst := image.NewGray(image.Rect(0, 0, w, h/8*n))
	for y := range h / 8 * n {
		for x := range w {
			var s float64
			for k := range 8 {
				s += m[y%n][k] * mid[(y/n*8+k)*w+x]
			}
			dst.Pix[y*dst.Stride+x] = byte(math.Min(math.Max(math.Round(s), 0), 255))
		}
	}
	return dst
}

func psnr(want floats, got *image.Gray) float64 {
	var sum float64
	for i, v := range want.v {
		d := math.Min(math.Max(v, 0), 255) - float64(got.Pix[i])
		sum += d * d
	}
	return imagetest.Decibels(sum, len(want.v))
}

// go test -v -run Quality prints a table of the PSNR for each width and each scale of decoding.
func TestQualityAgainstTheTextbookFromEveryDecode(t *testing.T) {
	const w, h = 960, 720
	src := photo(w, h, 1)
	for _, c := range []struct {
		width  int
		floors map[int]float64 // minimum PSNR in dB, by eighths
	}{
		{48, map[int]float64{8: 58, 1: 46}},
		{64, map[int]float64{8: 58, 1: 46, 2: 50}},
		{72, map[int]float64{8: 58, 1: 45, 2: 50}},
		{96, map[int]float64{8: 58, 1: 42, 2: 48}},
		{192, map[int]float64{8: 58, 2: 42, 3: 48, 4: 50}},
		{384, map[int]float64{8: 58, 4: 42, 5: 44, 6: 48}},
	} {
		size := image.Pt(c.width, c.width*h/w)
		sx, sy := float64(w)/float64(size.X), float64(h)/float64(size.Y)
		want := planeOf(src.Pix, src.Stride, w, h).scale(lanczos3, 3, 0, sx, 0, sy, size)
		for n := 1; n <= 8; n++ {
			floor, ok := c.floors[n]
			if !ok {
				continue
			}
			decoded := src
			if n < 8 {
				decoded = scaledDecode(src, n)
			}
			full := Full(decoded.Rect)
			plain := psnr(want, resize(decoded, full, size, Options{}).(*image.Gray))
			aware := psnr(want, resize(decoded, full, size, Options{Luma: Eighths{n, n}}).(*image.Gray))
			t.Logf("width %d from %d/8, %.2f left: %.1f dB, knowing of the decode %.1f dB",
				c.width, n, float64(decoded.Rect.Dx())/float64(c.width), plain, aware)
			name := fmt.Sprintf("width %d from %d/8", c.width, n)
			assert.GreaterOrEqual(t, aware, floor, name)
			assert.GreaterOrEqual(t, aware, plain-0.1, name)
			switch {
			case n == 1:
				assert.GreaterOrEqual(t, aware, plain+1, name)
			case n == 2 && plain < 50: // above 50 dB there is hardly anything to gain
				assert.GreaterOrEqual(t, aware, plain+0.5, name)
			}
		}
	}
}
