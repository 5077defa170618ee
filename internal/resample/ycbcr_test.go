package resample

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ratios = []image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
	image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
}

func randomYCbCr(rng *rand.Rand, r image.Rectangle, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	m := image.NewYCbCr(r, ratio)
	for _, p := range [][]byte{m.Y, m.Cb, m.Cr} {
		for i := range p {
			p[i] = byte(rng.Uint32())
		}
	}
	return m
}

func TestYCbCrPlanesAgreeWithTheTextbookAtEverySubsampling(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, in := range ratios {
		for _, out := range ratios {
			for _, bounds := range []image.Rectangle{image.Rect(0, 0, 37, 23), image.Rect(3, 5, 38, 30)} {
				t.Run(fmt.Sprint(in, " to ", out, bounds), func(t *testing.T) {
					src := randomYCbCr(rng, image.Rect(0, 0, 45, 33), in).SubImage(bounds).(*image.YCbCr)
					r := Rect{1.25, 0.5, float64(bounds.Dx()) - 1, float64(bounds.Dy())}
					size := image.Pt(15, 13)
					got := resize(src, r, size, Options{Subsample: out, Exact: true}).(*image.YCbCr)
					require.Equal(t, image.Rectangle{Max: size}, got.Rect)
					require.Equal(t, out, got.SubsampleRatio)

					sx, sy := (r.X1-r.X0)/float64(size.X), (r.Y1-r.Y0)/float64(size.Y)
					luma := planeOf(src.Y, src.YStride, bounds.Dx(), bounds.Dy()).scale(lanczos3, 3, r.X0, sx, r.Y0, sy, size)
					near(t, luma, got.Y, got.YStride)

					ix, iy := pixels.ChromaFactors(in)
					ox, oy := pixels.ChromaFactors(out)
					// These are coordinates in the chroma plane. They begin with the chroma sample of the first pixel.
					x0 := (float64(bounds.Min.X)+r.X0)/float64(ix) - float64(bounds.Min.X/ix)
					y0 := (float64(bounds.Min.Y)+r.Y0)/float64(iy) - float64(bounds.Min.Y/iy)
					w := (bounds.Max.X-1)/ix - bounds.Min.X/ix + 1
					h := (bounds.Max.Y-1)/iy - bounds.Min.Y/iy + 1
					chroma := image.Pt((size.X+ox-1)/ox, (size.Y+oy-1)/oy)
					cx, cy := sx*float64(ox)/float64(ix), sy*float64(oy)/float64(iy)
					near(t, planeOf(src.Cb, src.CStride, w, h).scale(lanczos3, 3, x0, cx, y0, cy, chroma), got.Cb, got.CStride)
					near(t, planeOf(src.Cr, src.CStride, w, h).scale(lanczos3, 3, x0, cx, y0, cy, chroma), got.Cr, got.CStride)
				})
			}
		}
	}
}

func near(t *testing.T, want floats, pix []byte, stride int) {
	t.Helper()
	for y := range want.h {
		for x := range want.w {
			v := math.Min(math.Max(want.v[y*want.w+x], 0), 255)
			if d := math.Abs(v - float64(pix[y*stride+x])); d > 1 {
				t.Fatalf("at %d,%d: %d, textbook %.3f", x, y, pix[y*stride+x], v)
			}
		}
	}
}

// All planes have the same ramp. Chroma that is shifted relative to luma would be visible as a fringe.
func TestChromaIsNotShiftedRelativeToLuma(t *testing.T) {
	for _, in := range ratios {
		for _, out := range ratios {
			src := image.NewYCbCr(image.Rect(0, 0, 256, 64), in)
			ix, _ := pixels.ChromaFactors(in)
			for i := range src.Y {
				src.Y[i] = byte(i % src.YStride)
			}
			for i := range src.Cb {
				x := i % src.CStride
				v := byte((2*x*ix + ix) / 2) // the mean of its luma samples, half a level higher
				src.Cb[i], src.Cr[i] = v, v
			}
			got := resize(src, Rect{32, 8, 224, 56}, image.Pt(64, 16), Options{Subsample: out}).(*image.YCbCr)
			for x := 8; x < 56; x++ {
				ox, _ := pixels.ChromaFactors(out)
				c := got.COffset(x, 8)
				middle := 32 + 3*(float64(x/ox*ox)+float64(ox)/2) - 0.5 // the level at the center of the luma samples that share this chroma sample
				assert.InDelta(t, middle, float64(got.Cb[c]), 1.1, "%v to %v, column %d", in, out, x)
				assert.InDelta(t, 32+3*(float64(x)+0.5)-0.5, float64(got.Y[got.YOffset(x, 8)]), 1.1)
			}
		}
	}
}

func TestNYCbCrAIsPremultiplied(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for _, ratio := range ratios {
		src := image.NewNYCbCrA(image.Rect(0, 0, 40, 40), ratio)
		src.YCbCr = *randomYCbCr(rng, src.Rect, ratio)
		for i := range src.Cb { // flat chroma, because interpolation of chroma is not tested here
			src.Cb[i], src.Cr[i] = 90, 160
		}
		noise(src.A)
		sub := src.SubImage(image.Rect(3, 1, 36, 38))
		r := Rect{0, 0, 33, 37}
		within(t, reference(asNRGBA(sub), r, image.Pt(12, 15), Lanczos3), resize(sub, r, image.Pt(12, 15), Options{}), 1.5)
	}
}

// A picture with opaque alpha must have the same result as the same picture without alpha, whose chroma is filtered and
// positioned by other code.
func TestChromaOfNYCbCrAHasThePositionsOfYCbCr(t *testing.T) {
	for _, ratio := range ratios {
		src := image.NewNYCbCrA(image.Rect(0, 0, 64, 64), ratio)
		for i := range src.Y {
			src.Y[i], src.A[i] = 128, 255
		}
		dx, dy := pixels.ChromaFactors(ratio)
		for i := range src.Cb { // steep ramps along both axes
			src.Cb[i], src.Cr[i] = byte(64+i%src.CStride*dx*2), byte(64+i/src.CStride*dy*2)
		}
		inner := src.SubImage(image.Rect(5, 3, 61, 59)).(*image.NYCbCrA)
		r, size := Rect{8, 8, 48, 48}, image.Pt(20, 20)
		got := resize(inner, r, size, Options{})
		plain := channels(resize(&inner.YCbCr, r, size, Options{}))
		within(t, plain, got, 2)
	}
}

func asNRGBA(m image.Image) *image.NRGBA {
	b := m.Bounds()
	n := image.NewNRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			n.Set(x, y, m.At(x, y))
		}
	}
	return n
}
