package tiff

import "encoding/binary"

// unpackBits is unpack for samples of fewer than 8 bits.
func (l *layout) unpackBits() func(dst, src []byte, n int) {
	width := uint(l.bits)
	var levels [256]byte
	for i := range 1 << width {
		levels[i] = byte(i)
		if l.photometric != palette {
			levels[i] = byte(i * 255 / (1<<width - 1))
		}
	}
	if 8%width == 0 {
		return unpackBytes(&levels, width)
	}
	return func(dst, src []byte, n int) {
		acc, count := uint(0), uint(0)
		for i := range dst[:n] {
			if count < width {
				acc, src = acc<<8|uint(src[0]), src[1:]
				count += 8
			}
			count -= width
			dst[i] = levels[acc>>count&(1<<width-1)]
		}
	}
}

// unpackBytes is unpackBits for samples of 1, 2 or 4 bits. It looks up all samples of a byte at once.
func unpackBytes(levels *[256]byte, width uint) func(dst, src []byte, n int) {
	var table [256]uint64 // the samples of a byte, the first one in the lowest byte
	for b := range table {
		for i := range 8 / width {
			table[b] |= uint64(levels[b>>(8-width*(i+1))&(1<<width-1)]) << (8 * i)
		}
	}
	return func(dst, src []byte, n int) {
		dst = dst[:n]
		switch width {
		case 1:
			for ; len(dst) >= 8; dst, src = dst[8:], src[1:] {
				binary.LittleEndian.PutUint64(dst, table[src[0]])
			}
		case 2:
			for ; len(dst) >= 4; dst, src = dst[4:], src[1:] {
				binary.LittleEndian.PutUint32(dst, uint32(table[src[0]]))
			}
		case 4:
			for ; len(dst) >= 8 && len(src) >= 4; dst, src = dst[8:], src[4:] {
				binary.LittleEndian.PutUint64(dst, table[src[0]]|table[src[1]]<<16|table[src[2]]<<32|table[src[3]]<<48)
			}
			for ; len(dst) >= 2; dst, src = dst[2:], src[1:] {
				binary.LittleEndian.PutUint16(dst, uint16(table[src[0]]))
			}
		}
		for i := range dst { // the last byte has more samples than the row
			dst[i] = byte(table[src[0]] >> (8 * i))
		}
	}
}
