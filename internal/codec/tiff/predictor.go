package tiff

import (
	"encoding/binary"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// accumulateWordsGo undoes horizontal differencing (section 14) of samples of 16 bits, and makes them big-endian. A pixel has step samples.
func accumulateWordsGo(row []byte, step int, little bool) {
	switch step {
	case 3:
		accumulateTriples(row, little)
		return
	case 4:
		accumulateQuads(row, little)
		return
	}
	for first := 0; first < 2*step && first+2 <= len(row); first += 2 {
		sum := uint16(0)
		for p := row[first:]; ; p = p[2*step:] {
			sum += word(p, little)
			binary.BigEndian.PutUint16(p, sum)
			if len(p) < 2*step+2 {
				break
			}
		}
	}
}

// word returns the first two bytes of p as a number.
func word(p []byte, little bool) uint16 {
	v := binary.BigEndian.Uint16(p)
	if little {
		v = bits.ReverseBytes16(v)
	}
	return v
}

// accumulateTriples is accumulateWordsGo for pixels of three samples.
func accumulateTriples(row []byte, little bool) {
	var r, g, b uint16
	for len(row) >= 6 {
		r, g, b = r+word(row, little), g+word(row[2:], little), b+word(row[4:], little)
		binary.BigEndian.PutUint16(row, r)
		binary.BigEndian.PutUint16(row[2:], g)
		binary.BigEndian.PutUint16(row[4:], b)
		row = row[6:]
	}
}

// accumulateQuads is accumulateWordsGo for pixels of four samples. It adds a pixel at once.
func accumulateQuads(row []byte, little bool) {
	const evenBytes, high = 0x00FF00FF00FF00FF, 0x8000800080008000
	sum := uint64(0)
	for ; len(row) >= 8; row = row[8:] {
		v := binary.LittleEndian.Uint64(row)
		if !little {
			v = v>>8&evenBytes | v&evenBytes<<8
		}
		sum = (sum&^high + v&^high) ^ (sum^v)&high // no carry from a sample to the next one
		binary.LittleEndian.PutUint64(row, sum>>8&evenBytes|sum&evenBytes<<8)
	}
}

// accumulate undoes horizontal differencing of samples of 24, 32 or 64 bits; [layout.bytesDiffer] and accumulateWordsGo are for smaller ones.
// Samples are big-endian and have n bytes; a pixel has step samples.
func accumulate(row []byte, n, step int) {
	back := n * step
	switch n {
	case 3:
		for i := back; i+3 <= len(row); i += 3 {
			a, b := row[i:i+3], row[i-back:][:3]
			v := uint32(a[0])<<16 + uint32(a[1])<<8 + uint32(a[2]) + uint32(b[0])<<16 + uint32(b[1])<<8 + uint32(b[2])
			a[0], a[1], a[2] = byte(v>>16), byte(v>>8), byte(v)
		}
	case 4:
		for i := back; i+4 <= len(row); i += 4 {
			binary.BigEndian.PutUint32(row[i:], binary.BigEndian.Uint32(row[i:])+binary.BigEndian.Uint32(row[i-back:]))
		}
	case 8:
		for i := back; i+8 <= len(row); i += 8 {
			binary.BigEndian.PutUint64(row[i:], binary.BigEndian.Uint64(row[i:])+binary.BigEndian.Uint64(row[i-back:]))
		}
	}
}

// gather undoes the floating point predictor (Adobe's TIFF Technical Note 3). The encoder has grouped the bytes of a row by
// significance, and stored the differences of consecutive bytes.
func gather(row, sorted []byte, n, step int) {
	sorted = sorted[:len(row)]
	png.UndoSub(sorted, row, step)
	count := len(row) / n
	for i := range count {
		for j := range n {
			row[i*n+j] = sorted[j*count+i]
		}
	}
}

// expandGrouped converts n samples of 32 bits to 16 bits. The bytes of the row are grouped by significance; there may be more samples.
func expandGrouped(dst, src []byte, n int) {
	all := len(src) / 4
	a, b, c, d := src[:n], src[all:][:n], src[2*all:][:n], src[3*all:][:n]
	for i, v := range a {
		if len(dst) < 2 {
			return
		}
		putSingle(dst, uint32(v)<<24|uint32(b[i])<<16|uint32(c[i])<<8|uint32(d[i]))
		dst = dst[2:]
	}
}
