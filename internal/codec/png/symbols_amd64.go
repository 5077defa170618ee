//go:build !noasm

package png

import "golang.org/x/sys/cpu"

var hasBMI2 = cpu.X86.HasBMI2

// symbolsBMI2 is like symbolsGo, but may pause at other symbols. BenchmarkInflateAgainstGo measures its gain.
//
//go:noescape
func symbolsBMI2(z *inflater, stop, full int) (result int)

func (z *inflater) symbols(stop, full int) int {
	if !hasBMI2 {
		return z.symbolsGo(stop, full)
	}
	_, _ = z.in.buf[stop+lookahead-1], z.window[full+slop-1] // check the bounds of what the assembly reads and writes
	return symbolsBMI2(z, stop, full)
}
