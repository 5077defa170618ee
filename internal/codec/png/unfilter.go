package png

import (
	"encoding/binary"
	"math/bits"
)

// The filter types (9.2).
const (
	filterNone = iota
	filterSub
	filterUp
	filterAverage
	filterPaeth
)

// unfilter undoes the filter of the row src and writes the result to dst. above is the row above, or zeros. n is the
// number of bytes per pixel, at least 1. All rows have the same length, and dst must not overlap the others.
func unfilter(filter byte, dst, src, above []byte, n int) error {
	switch filter {
	case filterNone:
		copy(dst, src)
	case filterSub:
		unfilterSub(dst, src, n)
	case filterUp:
		unfilterUp(dst, src, above)
	case filterAverage:
		unfilterAverage(dst, src, above, n)
	case filterPaeth:
		unfilterPaeth(dst, src, above, n)
	default:
		return corrupt("invalid filter type")
	}
	return nil
}

// Bytes are added and averaged four or eight at a time in one register, without carries between them.
const (
	low7x4, high1x4 = 0x7f7f7f7f, 0x80808080
	low7x8, high1x8 = 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
)

func add4(a, b uint32) uint32 { return (a&low7x4 + b&low7x4) ^ (a^b)&high1x4 }
func add8(a, b uint64) uint64 { return (a&low7x8 + b&low7x8) ^ (a^b)&high1x8 }

func average4(a, b uint32) uint32 { return a&b + (a^b)>>1&low7x4 }

func unfilterUp(dst, src, above []byte) {
	src, above = src[:len(dst)], above[:len(dst)]
	for len(dst) >= 8 && len(src) >= 8 && len(above) >= 8 {
		binary.LittleEndian.PutUint64(dst, add8(binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(above)))
		dst, src, above = dst[8:], src[8:], above[8:]
	}
	for i := range dst {
		dst[i] = src[i] + above[i]
	}
}

// UndoSub undoes the filter Sub of the row src and writes the result to dst. dst has the same length as src and must not
// overlap it. n is the number of bytes per pixel. The filter Sub is the same as TIFF's horizontal differencing of bytes.
func UndoSub(dst, src []byte, n int) { unfilterSub(dst, src, n) }

// unfilterSubGo undoes the filter Sub from byte i on, which is the first byte of a pixel.
func unfilterSubGo(dst, src []byte, n, i int) {
	src = src[:len(dst)]
	if n == 3 || n == 4 {
		var left uint32
		for j := range min(i, n) { // the pixel before
			left |= uint32(dst[i-n+j]) << (8 * j)
		}
		dst, src = dst[i:], src[i:]
		for len(dst) >= 4 && len(src) >= 4 { // pixels may have three bytes; the next pixel overwrites the fourth byte
			left = add4(left, binary.LittleEndian.Uint32(src))
			binary.LittleEndian.PutUint32(dst, left)
			dst, src = dst[n:], src[n:]
		}
		for i := range dst {
			dst[i] = src[i] + byte(left)
			left >>= 8
		}
		return
	}
	for ; i < min(n, len(dst)); i++ {
		dst[i] = src[i] // there is nothing to the left
	}
	for ; i < len(dst); i++ {
		dst[i] = src[i] + dst[i-n]
	}
}

func unfilterAverage(dst, src, above []byte, n int) {
	src, above = src[:len(dst)], above[:len(dst)]
	if n == 3 || n == 4 {
		var left uint32
		for len(dst) >= 4 && len(src) >= 4 && len(above) >= 4 {
			left = add4(average4(left, binary.LittleEndian.Uint32(above)), binary.LittleEndian.Uint32(src))
			binary.LittleEndian.PutUint32(dst, left)
			dst, src, above = dst[n:], src[n:], above[n:]
		}
		for i := range dst {
			dst[i] = src[i] + byte((left&0xff+uint32(above[i]))/2)
			left >>= 8
		}
		return
	}
	for i := range dst {
		left := 0
		if i >= n {
			left = int(dst[i-n])
		}
		dst[i] = src[i] + byte((left+int(above[i]))/2)
	}
}

// unfilterPaethGo undoes the Paeth filter from byte i on, which is the first byte of a pixel.
func unfilterPaethGo(dst, src, above []byte, n, i int) {
	src, above = src[:len(dst)], above[:len(dst)]
	for ; i < min(n, len(dst)); i++ {
		dst[i] = src[i] + above[i] // the pixel to the left is 0
	}
	for ; i < len(dst); i++ {
		dst[i] = src[i] + paeth(int(dst[i-n]), int(above[i]), int(above[i-n]))
	}
}

// paeth returns left, above or aboveLeft: the one that is nearest to left + above - aboveLeft, or the first one if two
// are equally near (9.4). It compiles to code without branches, which would be unpredictable.
func paeth(left, above, aboveLeft int) byte {
	p, q := above-aboveLeft, left-aboveLeft
	a, b, c := abs(p), abs(q), abs(p+q)
	if b < a {
		a = b
		left = above
	}
	if c < a {
		left = aboveLeft
	}
	return byte(left)
}

func abs(v int) int {
	s := v >> (bits.UintSize - 1)
	return (v ^ s) - s
}
