//go:build !amd64 || noasm

package jpeg

func inverse(b *block, last uint, n int, dst []byte, stride int) { inverseGo(b, last, n, dst, stride) }
