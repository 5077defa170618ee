//go:build !amd64 || noasm

package png

const hasBMI2, hasAVX, pairs = false, false, false

func symbolsPair(_, _ *inflater, _, _ int) int { return paused }
