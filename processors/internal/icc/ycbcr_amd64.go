//go:build !noasm

package icc

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// toRGBAVX2 makes n pixels, a multiple of 8.
//
//go:noescape
func toRGBAVX2(line, luma, cb, cr *byte, n int)

// toRGB is toRGBGo, ten times as fast: of what a profile with a matrix costs a thumbnail, that was half.
func toRGB(line, luma, cb, cr []byte) {
	n := min(len(luma), len(line)/4) &^ 7
	if !hasAVX2 || n == 0 {
		toRGBGo(line, luma, cb, cr)
		return
	}
	_, _ = cb[n-1], cr[n-1]
	toRGBAVX2(&line[0], &luma[0], &cb[0], &cr[0], n)
	toRGBGo(line[4*n:], luma[n:], cb[n:], cr[n:])
}
