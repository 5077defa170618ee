//go:build !noasm

package tiff

import (
	"encoding/binary"

	"golang.org/x/sys/cpu"
)

var hasAVX = cpu.X86.HasAVX

// wordsAVX undoes horizontal differencing of samples of 16 bits. vectors is the number of vectors, at least 1, and bytes is the number of
// bytes at the start of each vector that are whole pixels. It accesses 16 bytes from the start of each vector.
// BenchmarkWordsAgainstGo measures its gain.
//
//go:noescape
func wordsAVX(dst, src *byte, tables *[4][16]byte, bytes, vectors int)

// swapAVX reverses the bytes of the samples of vectors of 16 bytes, at least one.
//
//go:noescape
func swapAVX(dst, src *byte, vectors int)

// wordTable returns the shuffle tables of wordsAVX for pixels of n bytes, of which two fit into a vector. An index of 128 gives a zero.
func wordTable(n int, little bool) (t [4][16]byte) {
	for i := range 16 {
		low := i ^ 1 // the byte of the big-endian sample that is byte i of the little-endian one
		t[3][i] = byte(low)
		if little {
			low = i
		}
		t[0][i], t[1][i] = byte(low), 128
		if i >= n {
			t[1][i] = byte(low - n)
		}
		t[2][i] = byte(n + i%n)
	}
	return t
}

// bigTables and littleTables have the tables by the number of samples per pixel.
var (
	bigTables    = [5][4][16]byte{3: wordTable(6, false), 4: wordTable(8, false)}
	littleTables = [5][4][16]byte{3: wordTable(6, true), 4: wordTable(8, true)}
)

// accumulateWords is accumulateWordsGo for two rows that do not overlap. It leaves the last pixels of a row to Go, because the assembly
// would access bytes beyond it.
func accumulateWords(dst, src []byte, step int, little bool) {
	n := 2 * step
	if step != 3 && step != 4 || len(dst) < 16 || !hasAVX {
		copy(dst, src)
		accumulateWordsGo(dst, step, little)
		return
	}
	vectors := (len(dst)-16)/(2*n) + 1
	_ = src[len(dst)-1] // check the bounds of what the assembly reads
	tables := &bigTables[step]
	if little {
		tables = &littleTables[step]
	}
	wordsAVX(&dst[0], &src[0], tables, 2*n, vectors)
	for i := vectors * 2 * n; i+2 <= len(dst); i += 2 {
		binary.BigEndian.PutUint16(dst[i:], binary.BigEndian.Uint16(dst[i-n:])+word(src[i:], little))
	}
}

// swapWords is swapWordsGo in assembly, except for the last samples.
func swapWords(dst, src []byte) {
	n := len(dst) &^ 15
	if n > 0 && hasAVX {
		_ = src[n-1] // check the bounds of what the assembly reads
		swapAVX(&dst[0], &src[0], n/16)
		dst, src = dst[n:], src[n:]
	}
	swapWordsGo(dst, src)
}
