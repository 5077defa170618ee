package tiff

import (
	"encoding/binary"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// tidy undoes the byte order and the predictor of a row, in row or in scratch, and returns the result. Its samples of 16, 24, 32 or 64 bits
// are big-endian, except those for expandGrouped. scratch has the length that [layout.scratch] returns.
func (l *layout) tidy(row, scratch []byte) []byte {
	step := l.rowSamples()
	if l.groupsBytes() {
		if l.bits == 32 {
			png.UndoSub(scratch, row, step)
			return scratch
		}
		gather(row, scratch, l.bits/8, step)
		return row
	}
	n := l.bits / 8
	little := l.isLittle()
	if n == 2 && l.predicts() {
		accumulateWordsGo(row, step, little)
		return row
	}
	if l.bits%8 == 0 && n > 1 && little {
		swap(row, n)
	}
	if l.predicts() {
		accumulate(row, n, step)
	}
	return row
}

// groupsBytes reports whether the bytes of a row are grouped by significance, which is the floating point predictor.
func (l *layout) groupsBytes() bool { return l.predicts() && l.predictor == 3 }

// scratch returns the size in bytes of the scratch memory that tidy needs.
func (l *layout) scratch() int {
	if l.groupsBytes() {
		return l.segRowBytes()
	}
	return 0
}

// swap reverses the bytes of samples of n bytes.
func swap(row []byte, n int) {
	switch n {
	case 2:
		swapWords(row, row)
	case 3:
		for len(row) >= 3 {
			row[0], row[2] = row[2], row[0]
			row = row[3:]
		}
	case 4:
		for len(row) >= 4 {
			binary.BigEndian.PutUint32(row, binary.LittleEndian.Uint32(row))
			row = row[4:]
		}
	case 8:
		for len(row) >= 8 {
			binary.BigEndian.PutUint64(row, binary.LittleEndian.Uint64(row))
			row = row[8:]
		}
	}
}

// expand returns a function that converts n samples of a tidy row to 8 or 16 bits, or nil if no conversion is needed.
// Samples of fewer than 8 bits are scaled to 8 bits; palette indices are not scaled.
func (l *layout) expand() func(dst, src []byte, n int) {
	switch {
	case l.bits == 64:
		return func(dst, src []byte, n int) {
			for i := range n {
				putFloat(dst[2*i:], math.Float64frombits(binary.BigEndian.Uint64(src[8*i:])))
			}
		}
	case l.format == float && l.bits == 32 && l.groupsBytes():
		return expandGrouped
	case l.format == float && l.bits == 32:
		return func(dst, src []byte, n int) {
			for i := range n {
				putSingle(dst[2*i:], binary.BigEndian.Uint32(src[4*i:]))
			}
		}
	case l.format == float && l.bits == 24:
		return func(dst, src []byte, n int) {
			for i := range n {
				v := uint32(src[3*i])<<16 | uint32(src[3*i+1])<<8 | uint32(src[3*i+2])
				putSingle(dst[2*i:], single(v<<8, 7))
			}
		}
	case l.format == float:
		return func(dst, src []byte, n int) {
			for i := range n {
				putSingle(dst[2*i:], single(uint32(binary.BigEndian.Uint16(src[2*i:]))<<16, 5))
			}
		}
	case l.bits == 8 || l.bits == 16:
		return nil
	case l.bits%8 == 0: // the upper 16 bits are kept
		return func(dst, src []byte, n int) {
			for i := range n {
				copy(dst[2*i:2*i+2], src[i*l.bits/8:])
			}
		}
	}
	return l.unpack()
}

// single converts a floating point number with the given number of exponent bits to the bits of a float32. The number is in the highest bits
// of v.
func single(v uint32, exponent uint) uint32 {
	const infinity = 0x7f800000
	number := v << 1 >> (9 - exponent) // the exponent ends at bit 23, as in a float32
	switch {
	case number>>23 == 1<<exponent-1: // infinity, or not a number
		number |= infinity
	default: // this multiplication is exact, and scales numbers without a leading one as well
		number = math.Float32bits(math.Float32frombits(number) * math.Float32frombits((254-(1<<(exponent-1)-1))<<23))
	}
	return number | v>>31<<31
}

// putSingle is putFloat for the bits of a float32.
func putSingle(dst []byte, b uint32) {
	const one = 0x3f800000
	f := math.Float32frombits(min(b, one))
	if b > one && !(math.Float32frombits(b) >= 1) {
		f = 0 // negative, or NaN
	}
	binary.BigEndian.PutUint16(dst, uint16(int64(float64(float64(f)*65535)+0.5)))
}

// putFloat scales a number from 0 to 1 to 16 bits and writes it. It limits other numbers to that range.
func putFloat(dst []byte, f float64) {
	v := uint16(0)
	switch {
	case f >= 1:
		v = 65535
	case f > 0:
		v = uint16(float64(f*65535) + 0.5)
	}
	binary.BigEndian.PutUint16(dst, v)
}

// unpack is like expand, for integers whose size is not a multiple of 8 bits.
func (l *layout) unpack() func(dst, src []byte, n int) {
	width := uint(l.bits)
	if width < 8 {
		return l.unpackBits()
	}
	most := uint64(1)<<width - 1
	return func(dst, src []byte, n int) {
		acc, count := uint64(0), uint(0)
		for i := range n {
			for count < width {
				acc, src = acc<<8|uint64(src[0]), src[1:]
				count += 8
			}
			count -= width
			v := acc >> count & most
			if l.photometric != palette {
				v = v * 65535 / most
			}
			binary.BigEndian.PutUint16(dst[2*i:], uint16(v))
		}
	}
}

// sampleBytes returns the size in bytes of a sample after expand.
func (l *layout) sampleBytes() int {
	if l.bits <= 8 && l.format != float {
		return 1
	}
	return 2
}
