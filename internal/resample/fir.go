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

// align rounds n up to a multiple of its second argument, which must be a power of two.
func align(n, to int) int { return (n + to - 1) &^ (to - 1) }

// A column holds one sample of each of eight rows. A word holds two of them: see pair.
type column [4]uint64

// convolveCellsGo is the horizontal pass for up to eight rows of one plane. In src, the rows are gap samples apart. Sample i of a row of
// the result is the weighted sum of a.taps samples, from a.start[i] on. No sample is negative. Each row of dst receives len(a.start) samples,
// two in a word: see bias.
//
// Two rows share a word, so one multiplication serves both rows: see pair.
func convolveCellsGo(dst [][]uint64, src []int16, gap int, a *axis, scratch *[]column) {
	n := int(a.start[len(a.start)-1]) + a.taps // a.start is ascending
	*scratch = grow(*scratch, n)
	all := (*scratch)[:n]
	row := func(i int) []int16 { return src[min(i, len(dst)-1)*gap:][:n] } // if there are fewer than eight rows, the last row is used again
	for k := 0; k < len(dst); k += 4 {
		interleave(all, k/2, row(k), row(k+1), row(k+2), row(k+3))
	}
	var rows [8][]uint64
	for k := range rows {
		rows[k] = dst[min(k, len(dst)-1)][:len(a.start)/2] // if there are fewer than four rows, the last row is written several times
	}
	for k := range rows[0] {
		i := 2 * k
		c0, c1 := all[a.start[i]:], all[a.start[i+1]:]
		w0, w1 := a.w[i*a.stride:][:a.taps], a.w[(i+1)*a.stride:][:a.taps]
		if len(dst) > 4 {
			eight := weightedEight
			if a.mirrored[i] && a.mirrored[i+1] {
				eight = mirroredEight
			}
			s0, t0, u0, v0 := eight(c0, w0)
			s1, t1, u1, v1 := eight(c1, w1)
			rows[7][k], rows[6][k] = positive(v0, v1)
			rows[5][k], rows[4][k] = positive(u0, u1)
			rows[3][k], rows[2][k] = positive(t0, t1)
			rows[1][k], rows[0][k] = positive(s0, s1)
			continue
		}
		s0, t0 := weighted(c0, w0)
		s1, t1 := weighted(c1, w1)
		rows[3][k], rows[2][k] = positive(t0, t1)
		rows[1][k], rows[0][k] = positive(s0, s1)
	}
}

// interleave stores four rows in the columns, from word k on. It is a separate function, like some others here, so that the variables of its
// loop fit into registers.
//
//go:noinline
func interleave(columns []column, k int, a, b, c, d []int16) {
	a, b, c, d = a[:len(columns)], b[:len(columns)], c[:len(columns)], d[:len(columns)]
	if k == 0 {
		for j := range columns {
			columns[j][0], columns[j][1] = pair(a[j], b[j]), pair(c[j], d[j])
		}
		return
	}
	for j := range columns {
		columns[j][2], columns[j][3] = pair(a[j], b[j]), pair(c[j], d[j])
	}
}

// pair puts two samples into the halves of a word. Such words can be added, and multiplied by a number, as long as each result fits into
// its half.
func pair(lower, upper int16) uint64 { return uint64(uint16(lower)) | uint64(uint16(upper))<<32 }

// bias makes samples positive. In Go, each half of a word of the ring holds the sum of a sample and bias, so that the vertical pass
// multiplies words without taking them apart.
const bias = 1 << 15

// positive returns a word of each of two rows. The halves of v hold the sums of one sample of both rows, and the
// halves of w those of the next sample.
func positive(v, w uint64) (upper, lower uint64) {
	const samples, low = 0xFFFF * both, 0xFFFFFFFF
	v, w = v>>weightBits&samples, w>>weightBits&samples // drops the fraction bits of the weights
	return v>>32 | w&^low, v&low | w<<32
}

// n·both is a word with n in each half.
const both = 1 | 1<<32

// beginCells is the initial value of the sums of the horizontal pass: one half for rounding, and bias.
const beginCells = (one/2 + bias*one) * both

// weightedEight returns the weighted sums of eight rows, plus beginCells.
//
//go:noinline
func weightedEight(columns []column, w []int16) (s, t, u, v uint64) {
	s, t, u, v = beginCells, beginCells, beginCells, beginCells
	for len(w) >= 2 && len(columns) >= 2 {
		c, d := &columns[0], &columns[1]
		g, h := uint64(int64(w[0])), uint64(int64(w[1]))
		s += c[0]*g + d[0]*h
		t += c[1]*g + d[1]*h
		u += c[2]*g + d[2]*h
		v += c[3]*g + d[3]*h
		columns, w = columns[2:], w[2:]
	}
	if len(w) > 0 && len(columns) > 0 {
		c, g := &columns[0], uint64(int64(w[0]))
		s, t, u, v = s+c[0]*g, t+c[1]*g, u+c[2]*g, v+c[3]*g
	}
	return s, t, u, v
}

// mirroredEight is weightedEight for weights that are the same in reverse order. Two samples share a multiplication.
//
//go:noinline
func mirroredEight(columns []column, w []int16) (s, t, u, v uint64) {
	s, t, u, v = beginCells, beginCells, beginCells, beginCells
	columns = columns[:len(w)]
	for len(w) >= 4 && len(columns) >= 4 { // two from each end at a time
		c, d := (*[2]column)(columns), (*[2]column)(columns[len(columns)-2:])
		g, h := uint64(int64(w[0])), uint64(int64(w[1]))
		s += (c[0][0]+d[1][0])*g + (c[1][0]+d[0][0])*h
		t += (c[0][1]+d[1][1])*g + (c[1][1]+d[0][1])*h
		u += (c[0][2]+d[1][2])*g + (c[1][2]+d[0][2])*h
		v += (c[0][3]+d[1][3])*g + (c[1][3]+d[0][3])*h
		columns, w = columns[2:len(columns)-2], w[2:len(w)-2]
	}
	for j, f := range w {
		c, g := &columns[j], uint64(int64(f))
		s, t, u, v = s+c[0]*g, t+c[1]*g, u+c[2]*g, v+c[3]*g
	}
	return s, t, u, v
}

// isMirrored reports whether weights are the same in reverse order, as they are at most samples if a picture is scaled down by a whole number.
func isMirrored(w []int16) bool {
	for i, v := range w[:len(w)/2] {
		if v != w[len(w)-1-i] {
			return false
		}
	}
	return true
}

// weighted is like weightedEight, for the first four rows.
//
//go:noinline
func weighted(columns []column, w []int16) (s, t uint64) {
	s, t = beginCells, beginCells
	columns = columns[:len(w)]
	for j, f := range w {
		g := uint64(int64(f))
		s += columns[j][0] * g
		t += columns[j][1] * g
	}
	return s, t
}

// convolveRowsGo is the vertical pass for one row of the result. The number of samples is a multiple of lineAlign. The number of rows is
// the number of taps, rounded up to an even number. The words of the rows consist of two samples: see bias.
func convolveRowsGo(dst []byte, rows [][]uint64, w []int16) {
	const (
		shift  = weightBits + sampleBits
		lanes  = (1<<(32-shift) - 1) * both
		zero   = 1 << 31 >> shift * both // the value of lanes for 0
		levels = 255 * both
	)
	begin := beginning(1<<(shift-1), w[:len(rows)])
	for i := 0; i+lineAlign <= len(dst); i += lineAlign {
		var sums lineSums
		sums.add(begin, rows, w, i)
		d := (*[lineAlign]byte)(dst[i : i+lineAlign])
		for j := range lineAlign / 4 {
			s, t := sums[2*j]>>shift&lanes, sums[2*j+1]>>shift&lanes
			if ((s^zero)|(t^zero))&^levels != 0 { // at least one of the four overshoots
				s, t = clampLanes(s), clampLanes(t)
			}
			s = s&levels | t&levels<<16
			binary.LittleEndian.PutUint32(d[4*j:], uint32(s|s>>24))
		}
	}
}

// clampLanes limits two numbers of convolveRowsGo to 0 and 255.
func clampLanes(s uint64) uint64 {
	const zero = 1 << 31 >> (weightBits + sampleBits)
	return uint64(clamp(int32(uint32(s))-zero)) | uint64(clamp(int32(s>>32)-zero))<<32
}

// convolveRowsWideGo is like convolveRowsGo, but the result keeps its fraction bits and its overshoot.
func convolveRowsWideGo(dst []int16, rows [][]uint64, w []int16) {
	const (
		lanes  = (1<<(32-weightBits) - 1) * both
		lowest = (1<<31>>weightBits + math.MinInt16) * both // the value of lanes for math.MinInt16
	)
	begin := beginning(one/2, w[:len(rows)])
	for i := 0; i+lineAlign <= len(dst); i += lineAlign {
		var sums lineSums
		sums.add(begin, rows, w, i)
		d := (*[lineAlign]int16)(dst[i : i+lineAlign])
		for j := range lineAlign / 4 {
			s, t := sums[2*j]>>weightBits&lanes, sums[2*j+1]>>weightBits&lanes
			s, t = s-lowest, t-lowest
			if (s|t)&^(0xFFFF*both) != 0 {
				s, t = saturate(s), saturate(t)
			}
			s, t = s^bias*both, t^bias*both
			putFour((*[4]int16)(d[4*j:4*j+4]), uint64(uint32(s|s>>16))|(t|t>>16)<<32)
		}
	}
}

// saturate limits two numbers of convolveRowsWideGo to 0 and 0xFFFF.
func saturate(s uint64) uint64 {
	limit := func(v int32) uint64 { return uint64(min(max(v, 0), 0xFFFF)) }
	return limit(lower(s)) | limit(upper(s))<<32
}

// lineSums holds the sums of lineAlign columns, two in a word.
type lineSums [lineAlign / 2]uint64

// add sets the sums to the weighted sums of the rows, from column i on, and adds the word begin to each. The number
// of rows is even.
func (sums *lineSums) add(begin uint64, rows [][]uint64, w []int16, i int) {
	for j := range sums {
		sums[j] = begin
	}
	w = w[:len(rows)]
	k := 0
	if isMirrored(w) {
		for ; len(rows) >= 4; rows, w = rows[2:len(rows)-2], w[2:len(w)-2] {
			last := len(rows) - 1
			sums.addMirrored((*lineSums)(rows[0][i/2:]), (*lineSums)(rows[1][i/2:]), (*lineSums)(rows[last-1][i/2:]), (*lineSums)(rows[last][i/2:]),
				uint64(int64(w[0])), uint64(int64(w[1])))
		}
	}
	for ; k+4 <= len(rows); k += 4 {
		r, v := rows[k:k+4], w[k:k+4]
		sums.addFour((*lineSums)(r[0][i/2:]), (*lineSums)(r[1][i/2:]), (*lineSums)(r[2][i/2:]), (*lineSums)(r[3][i/2:]),
			uint64(int64(v[0])), uint64(int64(v[1])), uint64(int64(v[2])), uint64(int64(v[3])))
	}
	for ; k+2 <= len(rows); k += 2 {
		sums.addTwo((*lineSums)(rows[k][i/2:]), (*lineSums)(rows[k+1][i/2:]), uint64(int64(w[k])), uint64(int64(w[k+1])))
	}
}

// addTwo adds two rows, multiplied by f and g. It is a separate function so that all its variables fit into
// registers.
func (sums *lineSums) addTwo(a, b *lineSums, f, g uint64) {
	for j := range sums {
		sums[j] += a[j]*f + b[j]*g
	}
}

// addFour is like addTwo, for four rows.
func (sums *lineSums) addFour(a, b, c, d *lineSums, f, g, h, i uint64) {
	_, _, _, _ = a[0], b[0], c[0], d[0] // check for nil here, and not in the loop
	for j := range sums {
		sums[j] += a[j]*f + b[j]*g + c[j]*h + d[j]*i
	}
}

// addMirrored is like addFour, with f as the factor of a and d, and g as that of b and c.
func (sums *lineSums) addMirrored(a, b, c, d *lineSums, f, g uint64) {
	_, _, _, _ = a[0], b[0], c[0], d[0]
	for j := range sums {
		sums[j] += (a[j]+d[j])*f + (b[j]+c[j])*g
	}
}

// beginning returns the initial sums for add, the same in both halves of a word. Each is half, plus 1<<31 to make the sums positive, minus
// the weighted sum of the bias of the samples.
func beginning(half int64, w []int16) uint64 {
	half += 1 << 31
	for _, v := range w {
		half -= int64(v) * bias
	}
	return uint64(half) * both
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
