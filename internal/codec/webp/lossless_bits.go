package webp

import "encoding/binary"

// A bitReader reads a lossless bitstream: the lowest bit of a byte comes first (RFC 9649, 3.3).
type bitReader struct {
	data []byte
	pos  int    // index of the next byte to load into v
	v    uint64 // the next bits, starting at the lowest bit
	n    uint   // number of valid bits in v
}

// fill fills v to at least 56 bits. After the end of the data it adds zeros.
func (b *bitReader) fill() {
	if b.pos+8 <= len(b.data) {
		// Bits of v above the n valid ones may be set already. The new bits have the same values.
		b.v |= binary.LittleEndian.Uint64(b.data[b.pos:]) << (b.n & 63)
		b.pos += int((63 - b.n) >> 3)
		b.n |= 56
		return
	}
	for b.n < 56 {
		if b.pos < len(b.data) {
			b.v |= uint64(b.data[b.pos]) << (b.n & 63)
		}
		b.pos++
		b.n += 8
	}
}

// read reads an unsigned number of n bits. n is at most 32.
func (b *bitReader) read(n uint) uint32 {
	if b.n < n {
		b.fill()
	}
	v := uint32(b.v & (1<<n - 1))
	b.v >>= n
	b.n -= n
	return v
}

func (b *bitReader) flag() bool { return b.read(1) != 0 }

// exhausted reports whether the decoder has read beyond the end of the data.
func (b *bitReader) exhausted() bool { return 8*b.pos-int(b.n) > 8*len(b.data) }
