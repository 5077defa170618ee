package webp

import "encoding/binary"

// A bitReader reads a lossless bitstream: the lowest bit of a byte comes first (RFC 9649, 3.3).
type bitReader struct {
	data []byte
	pos  int    // the byte that follows those in v
	v    uint64 // what comes next, from the lowest bit on
	n    uint   // how many bits of v count
}

// fill makes sure that 56 bits are in v. Zeros follow the end of the data.
func (b *bitReader) fill() {
	if b.pos+8 <= len(b.data) {
		// More than n bits of v may be right already; the same ones come again.
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

// read reads a number of n bits, 32 at most.
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

// exhausted reports whether more was read than there is.
func (b *bitReader) exhausted() bool { return 8*b.pos-int(b.n) > 8*len(b.data) }
