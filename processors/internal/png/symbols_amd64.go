//go:build !noasm

package png

import "golang.org/x/sys/cpu"

var hasBMI2 = cpu.X86.HasBMI2

// symbolsBMI2 does what symbolsGo does.
//
//go:noescape
func symbolsBMI2(z *inflater, stop, full int) (result int)

func (z *inflater) symbols(stop, full int) int {
	if !hasBMI2 {
		return z.symbolsGo(stop, full)
	}
	_, _ = z.in.buf[max(stop, z.in.pos)+22], z.window[max(full, z.write)+slop-1] // the assembly's reach
	return symbolsBMI2(z, stop, full)
}
