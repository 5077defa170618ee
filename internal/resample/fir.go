package resample

import "math"

// The two passes are finite impulse response filters, written out in Go here, and for amd64 in assembly
// that gives the same bits.
const (
	tapAlign  = 8  // weights that the horizontal pass takes at a time
	outAlign  = 4  // samples that the horizontal pass makes at a time
	lineAlign = 32 // samples that the vertical pass makes at a time
)

// align rounds n up to a multiple of to, a power of two.
func align(n, to int) int { return (n + to - 1) &^ (to - 1) }

// convolveRowGo is the horizontal pass over one row of one plane. src extends over stride samples
// from every start; dst takes len(a.start) samples.
func convolveRowGo(dst, src []int16, a *axis) {
	n := a.stride
	dst = dst[:len(a.start)]
	for i, start := range a.start {
		w := a.w[i*n:][:n]
		s := src[start:][:n]
		var sum0, sum1 int32 = one / 2, 0
		for len(w) >= 8 && len(s) >= 8 {
			sum0 += int32(s[0])*int32(w[0]) + int32(s[1])*int32(w[1]) + int32(s[2])*int32(w[2]) + int32(s[3])*int32(w[3])
			sum1 += int32(s[4])*int32(w[4]) + int32(s[5])*int32(w[5]) + int32(s[6])*int32(w[6]) + int32(s[7])*int32(w[7])
			s, w = s[8:], w[8:]
		}
		dst[i] = int16((sum0 + sum1) >> weightBits)
	}
}

// convolveRowsGo is the vertical pass for one row of the result: a multiple of lineAlign samples
// from as many rows as the kernel has taps, an even number.
func convolveRowsGo(dst []byte, rows [][]int16, w []int16) {
	const half = 1 << (weightBits + sampleBits - 1)
	for i := 0; i+lineAlign <= len(dst); i += lineAlign {
		d := (*[lineAlign]byte)(dst[i:])
		for j, s := range sumRows(rows, w, i) {
			d[j] = clamp((s + half) >> (weightBits + sampleBits))
		}
	}
}

// convolveRowsWideGo is the same with a result that keeps its fraction bits and its overshoot.
func convolveRowsWideGo(dst []int16, rows [][]int16, w []int16) {
	for i := 0; i+lineAlign <= len(dst); i += lineAlign {
		d := (*[lineAlign]int16)(dst[i:])
		for j, s := range sumRows(rows, w, i) {
			d[j] = int16(min(max((s+one/2)>>weightBits, math.MinInt16), math.MaxInt16))
		}
	}
}

// sumRows adds up the weighted rows, from column i on.
func sumRows(rows [][]int16, w []int16, i int) (sum [lineAlign]int32) {
	for k := 0; k+1 < len(rows); k += 2 {
		a, b := (*[lineAlign]int16)(rows[k][i:]), (*[lineAlign]int16)(rows[k+1][i:])
		wa, wb := int32(w[k]), int32(w[k+1])
		for j := range sum {
			sum[j] += int32(a[j])*wa + int32(b[j])*wb
		}
	}
	return sum
}

func clamp(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31)) // 0 below, 255 above
	}
	return byte(v)
}
