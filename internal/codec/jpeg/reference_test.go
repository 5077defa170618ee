package jpeg

import (
	"bytes"
	"context"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"math"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// samplings are the usual sampling factors, and some that image/jpeg does not support.
var samplings = [][][2]int{
	{{1, 1}}, {{2, 2}},
	{{1, 1}, {1, 1}, {1, 1}}, {{2, 1}, {1, 1}, {1, 1}}, {{1, 2}, {1, 1}, {1, 1}}, {{2, 2}, {1, 1}, {1, 1}},
	{{4, 1}, {1, 1}, {1, 1}}, {{4, 2}, {1, 1}, {1, 1}}, {{2, 2}, {2, 1}, {2, 1}}, {{2, 2}, {1, 2}, {1, 2}},
	{{3, 1}, {1, 1}, {1, 1}}, {{1, 3}, {1, 1}, {1, 1}}, {{3, 2}, {2, 1}, {1, 2}}, {{1, 1}, {2, 2}, {2, 2}},
	{{1, 4}, {1, 1}, {1, 1}}, {{4, 1}, {2, 1}, {2, 2}}, {{2, 2}, {2, 1}, {1, 1}},
	{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, {{2, 2}, {1, 1}, {1, 1}, {2, 2}}, {{2, 2}, {1, 1}, {1, 1}, {1, 1}},
}

// plane returns the samples of component i at a scale, computed by the reference inverse DCT.
func (c *coded) plane(i, scale int) (samples []float64, stride int) {
	cc := &c.comps[i]
	stride = cc.blocksX * scale
	samples = make([]float64, stride*cc.blocksY*scale)
	for n := range cc.blocks {
		x, y := n%cc.blocksX, n/cc.blocksX
		var f [8][8]float64
		for k, z := range zigzag {
			f[z>>3][z&7] = float64(cc.blocks[n][k] * c.quant[k])
		}
		for j, v := range referenceIDCT(&f, scale) {
			samples[(y*scale+j/scale)*stride+x*scale+j%scale] = v
		}
	}
	return samples, stride
}

// check compares a decoded picture with the reference, pixel by pixel. Subsampled chroma is repeated. The tolerance is ±1. It is
// larger by (1+2+3)/8 if roughChroma skips the last bits of coefficients, because three coefficients with steps of 1, 2 and 3 are affected.
func (c *coded) check(t *testing.T, d *Decoder, img image.Image, scale int) {
	t.Helper()
	hMax, vMax := 1, 1
	for _, cc := range c.comps {
		hMax, vMax = max(hMax, cc.h), max(vMax, cc.v)
	}
	w, h := ceilDiv(c.width*scale, 8), ceilDiv(c.height*scale, 8)
	require.Equal(t, image.Rect(0, 0, w, h), img.Bounds())
	for i, cc := range c.comps {
		at := sample(img, i)
		if at == nil {
			continue // the picture is converted from YCCK
		}
		own := d.comps[i].scale // with FullChroma, the scale of chroma is larger than that of the picture
		want, stride := c.plane(i, own)
		tolerance := 1.0
		if c.progressive && d.rough(&d.comps[i]) {
			tolerance += (1 + 2 + 3) / 8.
		}
		if len(c.comps) == 1 {
			cc.h, cc.v = hMax, vMax
		}
		for y := range h {
			for x := range w {
				px, py := x*cc.h*own/(hMax*scale), y*cc.v*own/(vMax*scale)
				if got, want := at(x, y), want[py*stride+px]; math.Abs(got-want) > tolerance {
					require.InDelta(t, want, got, tolerance, "component %d at %d, %d", i, x, y)
				}
			}
		}
	}
}

// sample returns a function that reads component i of a picture.
func sample(img image.Image, i int) func(x, y int) float64 {
	switch m := img.(type) {
	case *image.Gray:
		return func(x, y int) float64 { return float64(m.Pix[m.PixOffset(x, y)]) }
	case *image.YCbCr:
		if i == 0 {
			return func(x, y int) float64 { return float64(m.Y[m.YOffset(x, y)]) }
		}
		p := [][]byte{m.Cb, m.Cr}[i-1]
		return func(x, y int) float64 { return float64(p[m.COffset(x, y)]) }
	case *image.RGBA:
		return func(x, y int) float64 { return float64(m.Pix[m.PixOffset(x, y)+i]) }
	case *image.CMYK: // in the file, 255 means no ink
		return func(x, y int) float64 { return 255 - float64(m.Pix[m.PixOffset(x, y)+i]) }
	}
	return nil
}

func TestFilesOfEveryKindAgreeWithTheReferenceAtEveryScale(t *testing.T) {
	for i, s := range samplings {
		for _, progressive := range []bool{false, true} {
			t.Run(fmt.Sprint(s, " progressive ", progressive), func(t *testing.T) {
				rng := rand.New(rand.NewSource(int64(i)))
				c := randomCoded(rng, 1+rng.Intn(90), 1+rng.Intn(90), s...)
				c.progressive = progressive
				c.restart = []int{0, 1, 3}[i%3]
				c.longCodes = i%4 == 1
				c.separate = i%5 == 2
				data := c.file()
				var d Decoder
				for scale := 1; scale <= 8; scale++ {
					for _, full := range []bool{false, true} {
						img, err := d.Decode(context.Background(), data, Options{Scale: scale, FullChroma: full, roughChroma: scale == 1 && i%2 == 0})
						require.NoError(t, err)
						c.check(t, &d, img, scale)
					}
				}
				if want, err := stdjpeg.Decode(bytes.NewReader(data)); err == nil && (c.restart == 0 || !progressive && !c.separate) {
					img, err := d.Decode(context.Background(), data, Options{})
					require.NoError(t, err)
					assert.LessOrEqual(t, maxDifference(t, "image/jpeg", img, want), 2)
				}
			})
		}
	}
}

// encodedByGo encodes with package image/jpeg.
func encodedByGo(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, stdjpeg.Encode(&b, img, nil))
	return b.Bytes()
}
