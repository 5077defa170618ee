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

// convolveCellsGo is the horizontal pass over n rows of one plane, four at most, which lie gap samples apart from src on. It extends
// over the axis' taps from every start; each of dst takes len(a.start) samples.
//
// Two rows share a word, so that one multiplication does for both: see pair.
func convolveCellsGo(dst [][]int16, src []int16, gap int, a *axis, words *[2][]uint64) {
	n := int(a.start[len(a.start)-1]) + a.taps // starts ascend
	for i := range words {
		even := src[min(2*i, len(dst)-1)*gap:][:n]
		odd := src[min(2*i+1, len(dst)-1)*gap:][:n]
		words[i] = grow(words[i], n)
		w := words[i]
		even, odd = even[:len(w)], odd[:len(w)]
		for j := range w {
			w[j] = pair(even[j], odd[j])
		}
	}
	if len(dst) <= 2 {
		convolveTwo(dst[0], dst[len(dst)-1], words[0], a)
		return
	}
	d0, d1, d2, d3 := dst[0], dst[1], dst[2], dst[len(dst)-1]
	_, _, _, _ = d0[:len(a.start)], d1[:len(a.start)], d2[:len(a.start)], d3[:len(a.start)]
	for i, start := range a.start {
		w := a.w[i*a.stride:][:a.taps]
		p, q := words[0][start:][:len(w)], words[1][start:][:len(w)]
		s, t := uint64(one/2+one/2<<32), uint64(one/2+one/2<<32)
		for j, v := range w {
			f := uint64(int64(v))
			s += p[j] * f
			t += q[j] * f
		}
		d3[i], d2[i] = int16(upper(t)>>weightBits), int16(lower(t)>>weightBits) // the last of three rows is made twice
		d1[i], d0[i] = int16(upper(s)>>weightBits), int16(lower(s)>>weightBits)
	}
}

// convolveTwo is convolveCellsGo for two rows.
func convolveTwo(d0, d1 []int16, words []uint64, a *axis) {
	d0, d1 = d0[:len(a.start)], d1[:len(a.start)]
	for i, start := range a.start {
		w := a.w[i*a.stride:][:a.taps]
		p := words[start:][:len(w)]
		s := uint64(one/2 + one/2<<32)
		for j, v := range w {
			s += p[j] * uint64(int64(v))
		}
		d0[i], d1[i] = int16(lower(s)>>weightBits), int16(upper(s)>>weightBits)
	}
}

// pair puts two signed numbers into a word: such words add up, and a word times a number has both products, as long as each fits its half.
func pair(lower, upper int16) uint64 { return uint64(int64(lower)) + uint64(int64(upper))<<32 }

// convolveRowsGo is the vertical pass for one row of the result: a multiple of lineAlign samples
// from as many rows as the kernel has taps, an even number.
func convolveRowsGo(dst []byte, rows [][]int16, w []int16) {
	const shift = weightBits + sampleBits
	begin := beginning(1<<(shift-1), w[:len(rows)])
	for i := 0; i+8 <= len(dst); i += 8 {
		s := sumRows(begin, rows, w, i)
		d := (*[8]byte)(dst[i:])
		d[0], d[2] = clamp(lower(s[0])>>shift), clamp(upper(s[0])>>shift)
		d[1], d[3] = clamp(lower(s[1])>>shift), clamp(upper(s[1])>>shift)
		d[4], d[6] = clamp(lower(s[2])>>shift), clamp(upper(s[2])>>shift)
		d[5], d[7] = clamp(lower(s[3])>>shift), clamp(upper(s[3])>>shift)
	}
}

// convolveRowsWideGo is the same with a result that keeps its fraction bits and its overshoot.
func convolveRowsWideGo(dst []int16, rows [][]int16, w []int16) {
	begin := beginning(one/2, w[:len(rows)])
	wide := func(v int32) int16 { return int16(min(max(v>>weightBits, math.MinInt16), math.MaxInt16)) }
	for i := 0; i+8 <= len(dst); i += 8 {
		s := sumRows(begin, rows, w, i)
		d := (*[8]int16)(dst[i:])
		for j := range 2 {
			d[4*j], d[4*j+2] = wide(lower(s[2*j])), wide(upper(s[2*j]))
			d[4*j+1], d[4*j+3] = wide(lower(s[2*j+1])), wide(upper(s[2*j+1]))
		}
	}
}

// sumRows adds up the weighted rows, from column i on: columns 0 and 2, 1 and 3, 4 and 6, 5 and 7 in the halves of a word each. They are
// made positive for that by adding 1<<15, which begin makes up for.
func sumRows(begin uint64, rows [][]int16, w []int16, i int) (sum [4]uint64) {
	const signs, low = 0x8000800080008000, 0x0000FFFF0000FFFF
	s0, s1, s2, s3 := begin, begin, begin, begin
	w = w[:len(rows)]
	for k, row := range rows {
		r := (*[8]int16)(row[i:])
		f := uint64(int64(w[k]))
		v := four(r[0], r[1], r[2], r[3]) ^ signs
		s0 += v & low * f
		s1 += v >> 16 & low * f
		v = four(r[4], r[5], r[6], r[7]) ^ signs
		s2 += v & low * f
		s3 += v >> 16 & low * f
	}
	return [4]uint64{s0, s1, s2, s3}
}

// four is what a load of four samples gives on a little-endian processor.
func four(a, b, c, d int16) uint64 {
	return uint64(uint16(a)) | uint64(uint16(b))<<16 | uint64(uint16(c))<<32 | uint64(uint16(d))<<48
}

// beginning is what sumRows begins with, in both halves: half, less what it adds to samples.
func beginning(half int64, w []int16) uint64 {
	for _, v := range w {
		half -= int64(v) << 15
	}
	return uint64(half) + uint64(half)<<32
}

// lower and upper are the signed halves of a word.
func lower(v uint64) int32 { return int32(uint32(v)) }
func upper(v uint64) int32 { return int32((v + 1<<31) >> 32) }

func clamp(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31)) // 0 below, 255 above
	}
	return byte(v)
}
