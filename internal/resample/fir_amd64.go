//go:build !noasm

package resample

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// perWord is the number of samples in a word of the ring: see bias.
var perWord = samplesPerWord()

func samplesPerWord() int {
	if hasAVX2 {
		return 4
	}
	return 2
}

// The assembly of the horizontal pass processes one row at a time. Without AVX2, the Go code computes that row twice, in both halves of a
// word.
const (
	atOnce    = 1
	wordBytes = 16
)

// convolveRowAVX2 computes n samples, a multiple of outAlign. stride is the number of weights of each sample, a
// multiple of tapAlign.
//
//go:noescape
func convolveRowAVX2(dst *uint64, src *int16, start *int32, w *int16, n, stride int)

// convolveRowsAVX2 computes n samples, a multiple of lineAlign. taps is the number of rows, rounded up to an even
// number.
//
//go:noescape
func convolveRowsAVX2(dst *byte, rows *[]uint64, w *int16, taps, n int)

// convolveRowsWideAVX2 is like convolveRowsAVX2, for convolveRowsWide.
//
//go:noescape
func convolveRowsWideAVX2(dst *int16, rows *[]uint64, w *int16, taps, n int)

func convolveCells(dst [][]uint64, src []int16, gap int, a *axis, scratch *[]column) {
	if !hasAVX2 {
		convolveCellsGo(dst, src, gap, a, scratch)
		return
	}
	n := len(a.start)
	last := int(a.start[n-1]) + a.stride // a.start is ascending
	for i, d := range dst {
		s := src[i*gap:]
		_, _, _ = d[n/4-1], s[last-1], a.w[n*a.stride-1] // check the bounds of what the assembly reads and writes
		convolveRowAVX2(&d[0], &s[0], &a.start[0], &a.w[0], n, a.stride)
	}
}

func convolveRows(dst []byte, rows [][]uint64, w []int16) {
	if !hasAVX2 {
		convolveRowsGo(dst, rows, w)
		return
	}
	n := reach(len(dst), rows, w)
	convolveRowsAVX2(&dst[0], &rows[0], &w[0], len(rows), n)
}

func convolveRowsWide(dst []int16, rows [][]uint64, w []int16) {
	if !hasAVX2 {
		convolveRowsWideGo(dst, rows, w)
		return
	}
	n := reach(len(dst), rows, w)
	convolveRowsWideAVX2(&dst[0], &rows[0], &w[0], len(rows), n)
}

// reach returns how many of n columns the assembly computes. It panics if rows or w are too short.
func reach(n int, rows [][]uint64, w []int16) int {
	n &^= lineAlign - 1
	for _, r := range rows {
		_ = r[n/4-1]
	}
	_ = w[len(rows)-1]
	return n
}
