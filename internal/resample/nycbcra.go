package resample

import (
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// nycbcraRows reads Y'CbCr with alpha, the pixels of lossy WebP. A chroma sample lies in the center of its luma samples, and chroma is
// interpolated between these centers. Pixels are converted to RGB, because premultiplication in Y'CbCr would need chroma at full
// resolution anyway.
func nycbcraRows(src *image.NYCbCrA) rows {
	b := src.Rect
	w := b.Dx()
	buf := make([]byte, 4*w)
	cb, cr := make([]byte, w), make([]byte, w)
	interpolate := chromaRow(&src.YCbCr)
	return rows{NRGBA8, func(y int) []byte {
		interpolate(y, cb, cr)
		lum := src.Y[y*src.YStride:][:w]
		alpha := src.A[y*src.AStride:][:w]
		for x, v := range lum {
			p := buf[4*x:][:4]
			p[0], p[1], p[2] = color.YCbCrToRGB(v, cb[x], cr[x])
			p[3] = alpha[x]
		}
		return buf
	}}
}

// chromaRow returns a function that writes row y of both chroma planes at luma resolution.
func chromaRow(src *image.YCbCr) func(y int, cb, cr []byte) {
	b := src.Rect
	dx, dy := pixels.ChromaFactors(src.SubsampleRatio)
	nx := (b.Max.X-1)/dx - b.Min.X/dx + 1
	ny := (b.Max.Y-1)/dy - b.Min.Y/dy + 1
	type tap struct{ i, w int32 } // w/16 is the weight of sample i+1, the rest is that of sample i
	taps := make([]tap, b.Dx())
	for x := range taps {
		i, w := between(b.Min.X+x, b.Min.X/dx, dx, nx)
		taps[x] = tap{int32(i), int32(w)}
	}
	mix := make([]int32, nx+1)
	fill := func(dst, plane []byte, y int) {
		i, w := between(b.Min.Y+y, b.Min.Y/dy, dy, ny)
		r0 := plane[i*src.CStride:][:nx]
		r1 := plane[min(i+1, ny-1)*src.CStride:][:nx]
		for x := range r0 {
			mix[x] = int32(r0[x])*int32(16-w) + int32(r1[x])*int32(w)
		}
		mix[nx] = mix[nx-1]
		for x, t := range taps {
			dst[x] = byte((mix[t.i]*(16-t.w) + mix[t.i+1]*t.w + 128) >> 8)
		}
	}
	return func(y int, cb, cr []byte) {
		fill(cb, src.Cb, y)
		fill(cr, src.Cr, y)
	}
}

// between returns the position of luma sample x. It lies between chroma samples i and i+1, and w is the weight of sample i+1, in
// sixteenths. first is the number of the first of n chroma samples. per is the number of luma samples per chroma sample.
func between(x, first, per, n int) (i, w int) {
	p := 16*(2*x+1)/(2*per) - 8 - 16*first // in sixteenths, relative to the center of the first sample
	p = min(max(p, 0), 16*(n-1))
	return p >> 4, p & 15
}
