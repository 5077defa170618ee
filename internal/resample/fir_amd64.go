//go:build !noasm

package resample

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// The horizontal pass takes one row at a time; a processor without AVX2 makes two of one.
const (
	atOnce    = 1
	wordBytes = 16
)

// convolveRowAVX2 makes n samples, a multiple of outAlign, of stride taps each, a multiple of tapAlign.
//
//go:noescape
func convolveRowAVX2(dst, src *int16, start *int32, w *int16, n, stride int)

// convolveRowsAVX2 makes n samples, a multiple of lineAlign, from an even number of rows.
//
//go:noescape
func convolveRowsAVX2(dst *byte, rows *[]int16, w *int16, taps, n int)

// convolveRowsWideAVX2 is the same for convolveRowsWide.
//
//go:noescape
func convolveRowsWideAVX2(dst *int16, rows *[]int16, w *int16, taps, n int)

func convolveCells(dst [][]int16, src []int16, gap int, a *axis, scratch *[]column) {
	if !hasAVX2 {
		convolveCellsGo(dst, src, gap, a, scratch)
		return
	}
	n := len(a.start)
	last := int(a.start[n-1]) + a.stride // starts ascend
	for i, d := range dst {
		s := src[i*gap:]
		_, _, _ = d[n-1], s[last-1], a.w[n*a.stride-1] // the assembly's reach
		convolveRowAVX2(&d[0], &s[0], &a.start[0], &a.w[0], n, a.stride)
	}
}

func convolveRows(dst []byte, rows [][]int16, w []int16) {
	if !hasAVX2 {
		convolveRowsGo(dst, rows, w)
		return
	}
	n := reach(len(dst), rows, w)
	convolveRowsAVX2(&dst[0], &rows[0], &w[0], len(rows), n)
}

func convolveRowsWide(dst []int16, rows [][]int16, w []int16) {
	if !hasAVX2 {
		convolveRowsWideGo(dst, rows, w)
		return
	}
	n := reach(len(dst), rows, w)
	convolveRowsWideAVX2(&dst[0], &rows[0], &w[0], len(rows), n)
}

// reach is how many of n columns the assembly computes. It panics if rows or w are too short for that.
func reach(n int, rows [][]int16, w []int16) int {
	n &^= lineAlign - 1
	for _, r := range rows {
		_ = r[n-1]
	}
	_ = w[len(rows)-1]
	return n
}
