//go:build !noasm

package resample

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// convolveRowAVX2 makes n samples, a multiple of outAlign, of stride taps each, a multiple of tapAlign.
//
//go:noescape
func convolveRowAVX2(dst, src *int16, start *int32, w *int16, n, stride int)

// convolveRowsAVX2 makes n samples, a multiple of lineAlign, from an even number of rows.
//
//go:noescape
func convolveRowsAVX2(dst *byte, rows *[]int16, w *int16, taps, n int)

func convolveRow(dst, src []int16, a *axis) {
	if !hasAVX2 {
		convolveRowGo(dst, src, a)
		return
	}
	n := len(a.start)
	_, _, _ = dst[n-1], src[int(a.start[n-1])+a.stride-1], a.w[n*a.stride-1] // the assembly's reach; starts ascend
	convolveRowAVX2(&dst[0], &src[0], &a.start[0], &a.w[0], n, a.stride)
}

func convolveRows(dst []byte, rows [][]int16, w []int16) {
	if !hasAVX2 {
		convolveRowsGo(dst, rows, w)
		return
	}
	n := len(dst) &^ (lineAlign - 1)
	for _, r := range rows {
		_ = r[n-1]
	}
	_ = w[len(rows)-1]
	convolveRowsAVX2(&dst[0], &rows[0], &w[0], len(rows), n)
}
