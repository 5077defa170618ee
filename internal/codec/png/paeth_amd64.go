//go:build !noasm

package png

import "golang.org/x/sys/cpu"

var hasAVX = cpu.X86.HasAVX

// paethAVX undoes the Paeth filter of n ≥ 1 pixels of step ≤ 8 bytes, like unfilterPaethGo. It reads and overwrites
// eight bytes from the start of each pixel. BenchmarkPaethAgainstGo measures its gain.
//
//go:noescape
func paethAVX(dst, src, above *byte, step, pixels int)

// unfilterPaeth undoes the Paeth filter. It leaves the last pixels to unfilterPaethGo, because the assembly would access
// bytes beyond the row.
func unfilterPaeth(dst, src, above []byte, n int) {
	i := 0
	if len(dst) >= 8 && hasAVX {
		pixels := (len(dst)-8)/n + 1
		_, _ = src[len(dst)-1], above[len(dst)-1] // check the bounds of what the assembly reads
		paethAVX(&dst[0], &src[0], &above[0], n, pixels)
		i = pixels * n
	}
	unfilterPaethGo(dst, src, above, n, i)
}
