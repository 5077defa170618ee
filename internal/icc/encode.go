package icc

import (
	"math"
	"sync"
)

// encodeSteps is the number of steps of linear light. It is so large that every level of sRGB can be
// reached, even near black, where one level is 1/3295 of white.
const encodeSteps = 1 << 14

// encoding is the transfer function of sRGB, from steps of linear light to levels.
var encoding = sync.OnceValue(func() *[encodeSteps]byte {
	var table [encodeSteps]byte
	for i := range table {
		table[i] = byte(float64(encoded(float64(i)/(encodeSteps-1))*255) + 0.5)
	}
	return &table
})

// encoded applies the transfer function of sRGB (IEC 61966-2-1) to linear light, in which 1 is white.
func encoded(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return float64(1.055*math.Pow(v, 1/2.4)) - 0.055
}

// level encodes linear light, in which 1 is white. It clips the value as an integer, which needs no branch,
// so v must be in the range of an int64; no Transform exceeds 10^14.
func level(table *[encodeSteps]byte, v float32) byte {
	return table[min(max(int64(float32(v*(encodeSteps-1))+0.5), 0), encodeSteps-1)]
}

// encode converts linear light, or CIE XYZ, to sRGB. The formula of each channel is out = sum·in + a·(next-in) + b·(afterNext-in);
// linear explains it. The fourth byte of each pixel is copied from src, or is 255 if the fourth byte of src is an ink.
func (t *Transform) encode(dst, src []byte, p *planes) {
	table := encoding()
	sum, a, b := t.matrix.sum, t.matrix.a, t.matrix.b
	xs := p[0]
	ys, zs := p[1][:len(xs)], p[2][:len(xs)]
	for i, x := range xs {
		y, z := ys[i], zs[i]
		alpha := src[4*i+3] | t.opaque
		to := dst[4*i:][:4]
		to[0] = level(table, float32(sum[0]*x)+float32(a[0]*(y-x))+float32(b[0]*(z-x)))
		to[1] = level(table, float32(sum[1]*y)+float32(a[1]*(z-y))+float32(b[1]*(x-y)))
		to[2] = level(table, float32(sum[2]*z)+float32(a[2]*(x-z))+float32(b[2]*(y-z)))
		to[3] = alpha
	}
}

// direct does the work of row for a profile of curves and a matrix, without storing planes.
func (t *Transform) direct(dst, src []byte) {
	table := encoding()
	red, green, blue := &t.in[0], &t.in[1], &t.in[2]
	sum, a, b := t.matrix.sum, t.matrix.a, t.matrix.b
	for len(src) >= 4 && len(dst) >= 4 {
		x, y, z := red[src[0]], green[src[1]], blue[src[2]]
		dst[3] = src[3] | t.opaque
		dst[0] = level(table, float32(sum[0]*x)+float32(a[0]*(y-x))+float32(b[0]*(z-x)))
		dst[1] = level(table, float32(sum[1]*y)+float32(a[1]*(z-y))+float32(b[1]*(x-y)))
		dst[2] = level(table, float32(sum[2]*z)+float32(a[2]*(x-z))+float32(b[2]*(y-z)))
		src, dst = src[4:], dst[4:]
	}
}
