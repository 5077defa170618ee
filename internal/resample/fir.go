package resample

import (
	"encoding/binary"
	"math"
)

// The two passes are finite impulse response filters. Each has a version in Go, and for amd64 an assembly version
// with the same bits.
const (
	tapAlign  = 8  // number of weights that the horizontal pass processes at a time
	outAlign  = 4  // number of samples that the horizontal pass computes at a time
	lineAlign = 32 // number of samples that the vertical pass computes at a time
)

// align rounds n up to a multiple of to, a power of two.
func align(n, to int) int { return (n + to - 1) &^ (to - 1) }

// A column holds one sample of each of eight rows. A word holds two of them: see pair.
type column [4]uint64

// convolveCellsGo is the horizontal pass for up to eight rows of one plane. In src, the rows are gap samples apart. Sample i of a row of
// the result is the weighted sum of a.taps samples, from a.start[i] on. Each row of dst receives len(a.start) samples.
//
// Two rows share a word, so one multiplication serves both rows: see pair.
func convolveCellsGo(dst [][]int16, src []int16, gap int, a *axis, scratch *[]column) {
	n := int(a.start[len(a.start)-1]) + a.taps // a.start is ascending
	*scratch = grow(*scratch, n)
	all := (*scratch)[:n]
	row := func(i int) []int16 { return src[min(i, len(dst)-1)*gap:][:n] } // if there are fewer than eight rows, the last row is used again
	for k := 0; k < len(dst); k += 4 {
		r0, r1, r2, r3 := row(k), row(k+1), row(k+2), row(k+3)
		if k == 0 {
			for j := range all {
				all[j][0], all[j][1] = pair(r0[j], r1[j]), pair(r2[j], r3[j])
			}
			continue
		}
		for j := range all {
			all[j][2], all[j][3] = pair(r0[j], r1[j]), pair(r2[j], r3[j])
		}
	}
	var rows [8][]int16
	for k := range rows {
		rows[k] = dst[min(k, len(dst)-1)][:len(a.start)] // if there are fewer than four rows, the last row is written several times
	}
	for i, start := range a.start {
		w := a.w[i*a.stride:][:a.taps]
		if len(dst) > 4 {
			s, t, u, v := weightedEight(all[start:], w)
			rows[7][i], rows[6][i], rows[5][i], rows[4][i] = sample(upper(v)), sample(lower(v)), sample(upper(u)), sample(lower(u))
			rows[3][i], rows[2][i], rows[1][i], rows[0][i] = sample(upper(t)), sample(lower(t)), sample(upper(s)), sample(lower(s))
			continue
		}
		s, t := weighted(all[start:], w)
		rows[3][i], rows[2][i], rows[1][i], rows[0][i] = sample(upper(t)), sample(lower(t)), sample(upper(s)), sample(lower(s))
	}
}

// sample drops the fraction bits of the weights.
func sample(sum int32) int16 { return int16(sum >> weightBits) }

// weightedEight returns the weighted sums of eight rows, plus one half for rounding.
func weightedEight(columns []column, w []int16) (s, t, u, v uint64) {
	const half = one/2 + one/2<<32
	s, t, u, v = half, half, half, half
	columns = columns[:len(w)]
	j := 0
	for ; j+2 <= len(w); j += 2 {
		f, c := (*[2]int16)(w[j:j+2]), (*[2]column)(columns[j:j+2])
		g := uint64(int64(f[0]))
		s, t, u, v = s+c[0][0]*g, t+c[0][1]*g, u+c[0][2]*g, v+c[0][3]*g
		g = uint64(int64(f[1]))
		s, t, u, v = s+c[1][0]*g, t+c[1][1]*g, u+c[1][2]*g, v+c[1][3]*g
	}
	if j < len(w) {
		c, g := &columns[j], uint64(int64(w[j]))
		s, t, u, v = s+c[0]*g, t+c[1]*g, u+c[2]*g, v+c[3]*g
	}
	return s, t, u, v
}

// weighted is like weightedEight, for the first four rows.
func weighted(columns []column, w []int16) (s, t uint64) {
	s, t = one/2+one/2<<32, one/2+one/2<<32
	columns = columns[:len(w)]
	for j, f := range w {
		g := uint64(int64(f))
		s += columns[j][0] * g
		t += columns[j][1] * g
	}
	return s, t
}

// pair puts two signed numbers into the halves of a word. Such words can be added, and multiplied by a number, as long as each result fits
// into its half.
func pair(lower, upper int16) uint64 { return uint64(int64(lower)) + uint64(int64(upper))<<32 }

// convolveRowsGo is the vertical pass for one row of the result. The number of samples is a multiple of lineAlign. The number of rows is
// the number of taps, rounded up to an even number.
func convolveRowsGo(dst []byte, rows [][]int16, w []int16) {
	const shift = weightBits + sampleBits
	begin := beginning(1<<(shift-1), w[:len(rows)])
	for i := 0; i+lineAlign <= len(dst); i += lineAlign {
		var sums lineSums
		sums.add(begin, rows, w, i)
		d := (*[lineAlign]byte)(dst[i : i+lineAlign])
		for j := range lineAlign / 4 {
			s, t := sums[2*j], sums[2*j+1]
			binary.LittleEndian.PutUint32(d[4*j:], uint32(clamp(lower(s)>>shift))|uint32(clamp(lower(t)>>shift))<<8|
				uint32(clamp(upper(s)>>shift))<<16|uint32(clamp(upper(t)>>shift))<<24)
		}
	}
}

// convolveRowsWideGo is like convolveRowsGo, but the result keeps its fraction bits and its overshoot.
func convolveRowsWideGo(dst []int16, rows [][]int16, w []int16) {
	begin := beginning(one/2, w[:len(rows)])
	wide := func(v int32) int16 { return int16(min(max(v>>weightBits, math.MinInt16), math.MaxInt16)) }
	for i := 0; i+lineAlign <= len(dst); i += lineAlign {
		var sums lineSums
		sums.add(begin, rows, w, i)
		d := (*[lineAlign]int16)(dst[i : i+lineAlign])
		for j := range lineAlign / 4 {
			s, t := sums[2*j], sums[2*j+1]
			d[4*j], d[4*j+1], d[4*j+2], d[4*j+3] = wide(lower(s)), wide(lower(t)), wide(upper(s)), wide(upper(t))
		}
	}
}

// lineSums holds the sums of lineAlign columns. Each word holds the sums of two columns: 0 and 2, 1 and 3, 4 and 6, 5 and 7, and so on.
type lineSums [lineAlign / 2]uint64

// add sets the sums to begin plus the weighted sums of the rows, from column i on. The number of rows is even. add makes the samples
// positive by adding 1<<15; begin compensates for that.
func (sums *lineSums) add(begin uint64, rows [][]int16, w []int16, i int) {
	for j := range sums {
		sums[j] = begin
	}
	w = w[:len(rows)]
	k := 0
	for ; k+4 <= len(rows); k += 4 {
		r, v := rows[k:k+4], w[k:k+4]
		sums.addFour((*[lineAlign]int16)(r[0][i:]), (*[lineAlign]int16)(r[1][i:]), (*[lineAlign]int16)(r[2][i:]), (*[lineAlign]int16)(r[3][i:]),
			uint64(int64(v[0])), uint64(int64(v[1])), uint64(int64(v[2])), uint64(int64(v[3])))
	}
	for ; k+2 <= len(rows); k += 2 {
		sums.addTwo((*[lineAlign]int16)(rows[k][i:]), (*[lineAlign]int16)(rows[k+1][i:]), uint64(int64(w[k])), uint64(int64(w[k+1])))
	}
}

// addTwo adds two rows, multiplied by f and g. It is a separate function so that all its variables fit into
// registers.
func (sums *lineSums) addTwo(a, b *[lineAlign]int16, f, g uint64) {
	const signs, low = 0x8000800080008000, 0x0000FFFF0000FFFF
	for j := range lineAlign / 4 {
		u := four((*[4]int16)(a[4*j:4*j+4])) ^ signs
		s, t := u&low*f, u>>16&low*f
		u = four((*[4]int16)(b[4*j:4*j+4])) ^ signs
		sums[2*j] += s + u&low*g
		sums[2*j+1] += t + u>>16&low*g
	}
}

// addFour is like addTwo, for four rows.
func (sums *lineSums) addFour(a, b, c, d *[lineAlign]int16, f, g, h, i uint64) {
	const signs, low = 0x8000800080008000, 0x0000FFFF0000FFFF
	for j := range lineAlign / 4 {
		u := four((*[4]int16)(a[4*j:4*j+4])) ^ signs
		s, t := u&low*f, u>>16&low*f
		u = four((*[4]int16)(b[4*j:4*j+4])) ^ signs
		s, t = s+u&low*g, t+u>>16&low*g
		u = four((*[4]int16)(c[4*j:4*j+4])) ^ signs
		s, t = s+u&low*h, t+u>>16&low*h
		u = four((*[4]int16)(d[4*j:4*j+4])) ^ signs
		sums[2*j] += s + u&low*i
		sums[2*j+1] += t + u>>16&low*i
	}
}

// four returns the word that a little-endian processor loads from the memory of four samples.
func four(s *[4]int16) uint64 {
	return uint64(uint16(s[0])) | uint64(uint16(s[1]))<<16 | uint64(uint16(s[2]))<<32 | uint64(uint16(s[3]))<<48
}

// beginning returns the initial sums for add, in both halves of a word: half, minus the weighted sum of the 1<<15 that add adds to each
// sample.
func beginning(half int64, w []int16) uint64 {
	for _, v := range w {
		half -= int64(v) << 15
	}
	return uint64(half) + uint64(half)<<32
}

// lower and upper return the signed halves of a word.
func lower(v uint64) int32 { return int32(uint32(v)) }
func upper(v uint64) int32 { return int32((v + 1<<31) >> 32) }

func clamp(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31)) // 0 if v is negative, otherwise 255
	}
	return byte(v)
}
