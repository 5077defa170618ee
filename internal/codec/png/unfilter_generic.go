//go:build !amd64 || noasm

package png

func unfilterPaeth(dst, src, above []byte, n int) { unfilterPaethGo(dst, src, above, n, 0) }

func unfilterSub(dst, src []byte, n int) { unfilterSubGo(dst, src, n, 0) }
