package jpeg

import (
	"fmt"
	"image"
	"io"
	"math/rand"
	"testing"

	"context"

	"github.com/stretchr/testify/require"
)

func TestTheTransformInAssemblyAndInGoGiveTheSameBits(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	for n := range 3000 {
		o := encodeOptions[n%len(encodeOptions)]
		o.Quality = 1 + rng.Intn(100)
		var q quantizer
		q.set(tableFor(o, n%3, image.Pt(n, n)))
		stride := 8 + rng.Intn(20)
		src := make([]byte, 7*stride+8)
		fillRandom(rng, src, stride)
		if n%5 == 0 { // extremes
			for i := range src {
				src[i] = byte(rng.Intn(2) * 255)
			}
		}
		var want, got codedBlock
		nonzero, weak := forwardGo(&want, src, stride, &q)
		gotNonzero, gotWeak := forward(&got, src, stride, &q)
		require.Equal(t, nonzero, gotNonzero)
		require.Equal(t, weak, gotWeak)
		require.Equal(t, want, got)
	}
}

func TestTheConversionInAssemblyAndInGoGiveTheSameBits(t *testing.T) {
	rng := rand.New(rand.NewSource(9))
	for n := range 2000 {
		width := 1 + rng.Intn(60)
		upper, lower := make([]byte, 4*width), make([]byte, 4*width)
		rng.Read(upper)
		rng.Read(lower)
		if n%3 == 0 { // extremes
			for i := range upper {
				upper[i], lower[i] = byte(rng.Intn(2)*255), byte(rng.Intn(2)*255)
			}
		}
		var made [2][4][]byte
		for i, convert := range []func(upper, lower, luma, next, cb, cr []byte){convertQuadsGo, convertQuads} {
			m := &made[i]
			for c := range m {
				m[c] = make([]byte, width+5)
			}
			convert(upper, lower, m[0][:width], m[1][:width], m[2][:width], m[3][:width])
		}
		require.Equal(t, made[0], made[1], "%d pixels", width)
	}
}

// Luma and chroma are the rounded values of JFIF's formula. Where the exact value is within 0.03 of a half, either neighbor is allowed.
func TestTheConversionFromRGBIsThatOfJFIF(t *testing.T) {
	for n := range 1 << 15 {
		r, g, b := n>>10<<3|n>>12, n>>5&31<<3|n>>7&7, n&31<<3|n>>2&7
		sum := pack(uint32(r | g<<8 | b<<16))
		cb, cr := chromaOf(sum, 0)
		red, green, blue := float64(r), float64(g), float64(b)
		require.InDelta(t, 0.299*red+0.587*green+0.114*blue, float64(lumaOf(sum)), 0.53)
		require.InDelta(t, min(128-0.168736*red-0.331264*green+0.5*blue, 255), float64(cb), 0.53)
		require.InDelta(t, min(128+0.5*red-0.418688*green-0.081312*blue, 255), float64(cr), 0.53)
	}
}

func BenchmarkForward(b *testing.B) {
	var q quantizer
	q.set(tableFor(EncodeOptions{Quality: 85}, 0, image.Pt(800, 600)))
	src := make([]byte, 64)
	fillRandom(rand.New(rand.NewSource(3)), src, 8)
	var blk codedBlock
	b.Run("assembly", func(b *testing.B) {
		for b.Loop() {
			forward(&blk, src, 8, &q)
		}
	})
	b.Run("go", func(b *testing.B) {
		for b.Loop() {
			forwardGo(&blk, src, 8, &q)
		}
	})
}

// BenchmarkEncode encodes a picture with about as much detail as a photo.
func BenchmarkEncode(b *testing.B) {
	img := benchPicture(image.Pt(800, 600))
	rgb := image.NewRGBA(img.Rect)
	for y := range 600 {
		for x := range 800 {
			rgb.Set(x, y, img.YCbCrAt(x, y))
		}
	}
	for _, o := range encodeOptions {
		for name, m := range map[string]image.Image{"planes": img, "rgb": rgb} {
			b.Run(fmt.Sprintf("%d/progressive %v/%s", o.Subsampling, o.Progressive, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := Encode(context.Background(), io.Discard, m, o); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// benchPicture returns smooth noise of several scales.
func benchPicture(size image.Point) *image.YCbCr {
	rng := rand.New(rand.NewSource(1))
	img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	for c, p := range [][]byte{img.Y, img.Cb, img.Cr} {
		stride := img.YStride
		if c > 0 {
			stride = img.CStride
		}
		for i := range p {
			p[i] = 128
		}
		for scale := 64; scale >= 1; scale /= 2 {
			var grid [5000]int
			for i := range grid {
				grid[i] = rng.Intn(2*scale+1) - scale
			}
			for i := range p {
				x, y := i%stride/scale, i/stride/scale
				p[i] = byte(min(max(int(p[i])+grid[(x*31+y*977)%len(grid)]/(1+2*c), 0), 255))
			}
		}
	}
	return img
}
