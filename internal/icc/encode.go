package icc

import (
	"math"
	"sync"
)

// encodeSteps is fine enough for every level of sRGB to be hit exactly, also at the dark end, where
// one level is 1/3295 of white.
const encodeSteps = 1 << 14

// encoding is sRGB's transfer function, from steps of linear light to levels. encodeAVX2 reads
// three bytes more than the last step.
var encoding = sync.OnceValue(func() *[encodeSteps + 3]byte {
	var table [encodeSteps + 3]byte
	for i := range table {
		table[i] = byte(float64(encoded(float64(min(i, encodeSteps-1))/(encodeSteps-1))*255) + 0.5)
	}
	return &table
})

// encoded is sRGB's transfer function (IEC 61966-2-1), from linear light, of which 1 is white.
func encoded(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return float64(1.055*math.Pow(v, 1/2.4)) - 0.055
}

// level encodes linear light, of which 1 is white. It is clipped as an integer, which takes no
// branch; so v has to be one, and no Transform makes more than 10^14 of it.
func level(table *[encodeSteps + 3]byte, v float32) byte {
	return table[min(max(int64(float32(v*(encodeSteps-1))+0.5), 0), encodeSteps-1)]
}

// encodeGo takes linear light, or CIE XYZ, to sRGB: to out = sum·in + a·(next-in) +
// b·(afterNext-in), as linear says. The fourth byte is that of src, or 255 if that is an ink.
func (t *Transform) encodeGo(dst, src []byte, p *planes, from int) {
	table := encoding()
	sum, a, b := t.matrix.sum, t.matrix.a, t.matrix.b
	xs := p[0][from:]
	ys, zs := p[1][from:][:len(xs)], p[2][from:][:len(xs)]
	dst, src = dst[4*from:], src[4*from:]
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
