//go:build !amd64 || noasm

package tiff

func accumulateWords(dst, src []byte, step int, little bool) {
	copy(dst, src)
	accumulateWordsGo(dst, step, little)
}

func swapWords(dst, src []byte) { swapWordsGo(dst, src) }
