//go:build !amd64 || noasm

package png

func (z *inflater) symbols(stop, full int) int { return z.symbolsGo(stop, full) }
