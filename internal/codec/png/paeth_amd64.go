//go:build !noasm

package png

import "golang.org/x/sys/cpu"

var hasAVX = cpu.X86.HasAVX

// paethAVX undoes the filter Paeth of so many pixels, at least one, of step ≤ 8 bytes, as
// unfilterPaethGo does. It reads, and writes anything to, eight bytes from the beginning of each.
// BenchmarkPaethAgainstGo says what it is for.
//
//go:noescape
func paethAVX(dst, src, above *byte, step, pixels int)

// unfilterPaeth undoes the filter Paeth. The last pixels, which eight bytes would reach beyond, are
// the twin's.
func unfilterPaeth(dst, src, above []byte, n int) {
	i := 0
	if len(dst) >= 8 && hasAVX {
		pixels := (len(dst)-8)/n + 1
		_, _ = src[len(dst)-1], above[len(dst)-1] // the assembly's reach
		paethAVX(&dst[0], &src[0], &above[0], n, pixels)
		i = pixels * n
	}
	unfilterPaethGo(dst, src, above, n, i)
}
