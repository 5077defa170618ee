package tiff

import "io"

// faxBits reads bits, starting with the highest or the lowest bit of each byte. After the end it reads zeros.
type faxBits struct {
	data     []byte
	reversed bool
	pos      int // index of the next byte; may be beyond the end
	acc      uint64
	count    uint
}

// peek returns the next n ≤ 16 bits.
func (b *faxBits) peek(n uint) uint32 {
	for b.count < n {
		v := byte(0)
		if b.pos < len(b.data) {
			v = (&input{data: b.data, reversed: b.reversed}).byte(b.pos)
		}
		b.acc = b.acc<<8 | uint64(v)
		b.pos++
		b.count += 8
	}
	return uint32(b.acc >> (b.count - n) & (1<<n - 1))
}

func (b *faxBits) skip(n uint) {
	b.peek(n)
	b.count -= n
}

// at returns the number of bits that were read.
func (b *faxBits) at() uint { return uint(b.pos)*8 - b.count }

// align skips to the next multiple of n bits.
func (b *faxBits) align(n uint) {
	if used := b.at() % n; used != 0 {
		b.skip(n - used)
	}
}

// overrun returns an error if bits beyond the end were used.
func (b *faxBits) overrun() error {
	if b.pos-int(b.count/8) > len(b.data) {
		return io.ErrUnexpectedEOF
	}
	return nil
}
