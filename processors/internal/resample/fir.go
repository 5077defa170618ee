package resample

// The two passes are finite impulse response filters, written out in Go here, and for amd64 in assembly
// that gives the same bits.
const (
	tapAlign  = 8  // weights that the horizontal pass takes at a time
	outAlign  = 4  // samples that the horizontal pass makes at a time
	lineAlign = 32 // samples that the vertical pass makes at a time
)

// align rounds n up to a multiple of to, a power of two.
func align(n, to int) int { return (n + to - 1) &^ (to - 1) }

// convolveRowGo is the horizontal pass over one row of one plane. src extends over stride samples from every start;
// dst takes len(a.start) samples.
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

// convolveRowsGo is the vertical pass for one row of the result: a multiple of lineAlign samples from as many rows
// as the kernel has taps, an even number.
func convolveRowsGo(dst []byte, rows [][]int16, w []int16) {
	const half = 1 << (weightBits + sampleBits - 1)
	for i := 0; i+lineAlign <= len(dst); i += lineAlign {
		var sum [lineAlign]int32
		for k := 0; k+1 < len(rows); k += 2 {
			a, b := (*[lineAlign]int16)(rows[k][i:]), (*[lineAlign]int16)(rows[k+1][i:])
			wa, wb := int32(w[k]), int32(w[k+1])
			for j := range sum {
				sum[j] += int32(a[j])*wa + int32(b[j])*wb
			}
		}
		d := (*[lineAlign]byte)(dst[i:])
		for j, s := range sum {
			d[j] = clamp((s + half) >> (weightBits + sampleBits))
		}
	}
}

func clamp(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31)) // 0 below, 255 above
	}
	return byte(v)
}

// addRowGo adds a row of bytes to sums.
func addRowGo(sum []uint16, row []byte) {
	row = row[:len(sum)]
	for len(sum) >= 8 && len(row) >= 8 {
		sum[0] += uint16(row[0])
		sum[1] += uint16(row[1])
		sum[2] += uint16(row[2])
		sum[3] += uint16(row[3])
		sum[4] += uint16(row[4])
		sum[5] += uint16(row[5])
		sum[6] += uint16(row[6])
		sum[7] += uint16(row[7])
		sum, row = sum[8:], row[8:]
	}
	for i := range sum {
		sum[i] += uint16(row[i])
	}
}

// widenGo turns bytes into samples of 8+sampleBits bits.
func widenGo(dst []int16, row []byte) {
	row = row[:len(dst)]
	for i, v := range row {
		dst[i] = int16(v) << sampleBits
	}
}

// splitGo spreads pixels of four bytes over four planes, as widenGo.
func splitGo(dst []int16, stride int, row []byte) {
	w := len(row) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for i := range d0 {
		if len(row) < 4 {
			break // never: this is for the compiler
		}
		p := row[:4]
		row = row[4:]
		d0[i], d1[i] = int16(p[0])<<sampleBits, int16(p[1])<<sampleBits
		d2[i], d3[i] = int16(p[2])<<sampleBits, int16(p[3])<<sampleBits
	}
}

// splitPremulGo is the same with three bytes multiplied by the fourth, alpha.
func splitPremulGo(dst []int16, stride int, row []byte) {
	w := len(row) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for i := range d0 {
		if len(row) < 4 {
			break
		}
		p := row[:4]
		row = row[4:]
		a := p[3]
		d0[i], d1[i], d2[i], d3[i] = premul8(p[0], a), premul8(p[1], a), premul8(p[2], a), int16(a)<<sampleBits
	}
}
