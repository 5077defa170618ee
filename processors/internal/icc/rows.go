package icc

import (
	"math"
	"sync"
)

// encodeSteps is fine enough for every level of sRGB to be hit exactly, also at the dark end, where one level is
// 1/3295 of white.
const encodeSteps = 1 << 14

// encoding is sRGB's transfer function, from steps of linear light to levels.
var encoding = sync.OnceValue(func() *[encodeSteps]byte {
	var table [encodeSteps]byte
	for i := range table {
		table[i] = byte(encoded(float64(i)/(encodeSteps-1))*255 + 0.5)
	}
	return &table
})

// encoded is sRGB's transfer function (IEC 61966-2-1), from linear light, of which 1 is white.
func encoded(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// level encodes linear light, of which 1 is white. It is clipped as an integer, which takes no branch; so v has to be
// one, and no Transform makes more than 10^14 of it.
func level(table *[encodeSteps]byte, v float32) byte {
	return table[min(max(int64(v*(encodeSteps-1)+0.5), 0), encodeSteps-1)]
}

// load8 looks up the curves for pixels of four bytes, of which the fourth counts in CMYK only.
func (t *Transform) load8(dst []float32, line []byte) {
	for len(line) >= 4 && len(dst) >= 4 {
		dst[0], dst[1], dst[2], dst[3] = t.in[0][line[0]], t.in[1][line[1]], t.in[2][line[2]], t.in[3][line[3]]
		line, dst = line[4:], dst[4:]
	}
}

// load16 does it for pixels of four 16-bit samples, between the entries: curves are near to straight there.
func (t *Transform) load16(dst []float32, line []uint16) {
	for i, v := range line {
		curve := &t.in[i%4]
		x := float32(v) / 257
		low := min(int(x), 254)
		dst[i] = curve[low] + (curve[low+1]-curve[low])*(x-float32(low))
	}
}

// convert converts pixels that went through load8 or load16, which it overwrites, and leaves every fourth byte of dst alone.
func (t *Transform) convert(dst []byte, src []float32) {
	t.toLight(src)
	t.encode(dst, src)
}

// toLight is the part of it up to the matrix.
func (t *Transform) toLight(src []float32) {
	if t.lut != nil {
		t.lut.row(src)
	}
	if t.tone != nil {
		t.tone.row(src)
	}
}

// encode takes linear light, or CIE XYZ, to sRGB: to out = sum·in + a·(next-in) + b·(afterNext-in), as linear says.
func (t *Transform) encode(dst []byte, src []float32) {
	table := encoding()
	sum, p, q := t.matrix.sum, t.matrix.a, t.matrix.b
	for len(src) >= 4 && len(dst) >= 4 {
		r, g, b := src[0], src[1], src[2]
		dst[0] = level(table, sum[0]*r+p[0]*(g-r)+q[0]*(b-r))
		dst[1] = level(table, sum[1]*g+p[1]*(b-g)+q[1]*(r-g))
		dst[2] = level(table, sum[2]*b+p[2]*(r-b)+q[2]*(g-b))
		src, dst = src[4:], dst[4:]
	}
}
