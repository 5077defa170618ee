package png

import "encoding/binary"

// filterRow applies a filter (9.2). All rows have the same length; n is the number of bytes of a pixel.
func filterRow(filter byte, dst, row, above []byte, n int) {
	row, above = row[:len(dst)], above[:len(dst)]
	first := min(n, len(dst)) // bytes of the first pixel, which has no left neighbor
	left, aboveLeft := row[:len(dst)-first], above[:len(dst)-first]
	switch filter {
	case filterNone:
		copy(dst, row)
	case filterSub:
		copy(dst, row[:first])
		subtract(dst[first:], row[first:], left)
	case filterUp:
		subtract(dst, row, above)
	case filterAverage:
		for i := range first {
			dst[i] = row[i] - above[i]/2
		}
		subtractAverage(dst[first:], row[first:], left, above[first:])
	case filterPaeth:
		subtract(dst[:first], row[:first], above[:first])
		subtractPaeth(dst[first:], row[first:], left, above[first:], aboveLeft)
	}
}

// high has the highest bit of each of eight bytes.
const high = 0x8080808080808080

// minus subtracts each byte of b from the same byte of a, modulo 256.
func minus(a, b uint64) uint64 { return (a | high) - (b &^ high) ^ (a^^b)&high }

// subtract sets dst to a - b, byte by byte.
func subtract(dst, a, b []byte) {
	for len(dst) >= 8 && len(a) >= 8 && len(b) >= 8 {
		binary.LittleEndian.PutUint64(dst, minus(binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)))
		dst, a, b = dst[8:], a[8:], b[8:]
	}
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

// subtractAverage sets dst to a - (b + c) / 2, byte by byte.
func subtractAverage(dst, a, b, c []byte) {
	for len(dst) >= 8 && len(a) >= 8 && len(b) >= 8 && len(c) >= 8 {
		x, y := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(c)
		average := x&y + (x^y)>>1&^high
		binary.LittleEndian.PutUint64(dst, minus(binary.LittleEndian.Uint64(a), average))
		dst, a, b, c = dst[8:], a[8:], b[8:], c[8:]
	}
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - byte((int(b[i])+int(c[i]))/2)
	}
}

// subtractPaeth sets dst to row minus the Paeth predictor (9.4), which is computed from the bytes to the left, above, and above to the
// left.
func subtractPaeth(dst, row, left, above, aboveLeft []byte) {
	for len(dst) >= 8 && len(row) >= 8 && len(left) >= 8 && len(above) >= 8 && len(aboveLeft) >= 8 {
		a, b, c := binary.LittleEndian.Uint64(left), binary.LittleEndian.Uint64(above), binary.LittleEndian.Uint64(aboveLeft)
		switch {
		case a == c: // the predictor of all bytes is b
			binary.LittleEndian.PutUint64(dst, minus(binary.LittleEndian.Uint64(row), b))
		case b == c: // it is a
			binary.LittleEndian.PutUint64(dst, minus(binary.LittleEndian.Uint64(row), a))
		default:
			subtractPaethEach(dst[:8], row, left, above, aboveLeft)
		}
		dst, row, left, above, aboveLeft = dst[8:], row[8:], left[8:], above[8:], aboveLeft[8:]
	}
	subtractPaethEach(dst, row, left, above, aboveLeft)
}

// subtractPaethEach does the same as subtractPaeth, but byte by byte.
func subtractPaethEach(dst, row, left, above, aboveLeft []byte) {
	row, left, above, aboveLeft = row[:len(dst)], left[:len(dst)], above[:len(dst)], aboveLeft[:len(dst)]
	for i := range dst {
		a, b, c := int(left[i]), int(above[i]), int(aboveLeft[i])
		// The absolute distances to a, b and c.
		p, q := b-c, a-c
		pa, pb, pc := abs(p), abs(q), abs(p+q)
		if pb < pa {
			a, pa = b, pb
		}
		if pc < pa {
			a = c
		}
		dst[i] = row[i] - byte(a)
	}
}
