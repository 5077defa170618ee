package jpeg

import (
	"encoding/binary"
	"io"
)

// bitWriter writes markers and entropy-coded bits. It inserts a zero byte after each byte 0xFF of entropy-coded
// data (section F.1.2.3).
type bitWriter struct {
	w    io.Writer
	buf  [outSize]byte
	n    int // number of bytes in buf
	acc  uint64
	free int // number of free bits in acc, at its lower end
	err  error
}

const outSize = 16 << 10

func (b *bitWriter) begin(w io.Writer) {
	b.w, b.n, b.acc, b.free, b.err = w, 0, 0, 64, nil
}

// flush passes buf to the io.Writer.
func (b *bitWriter) flush() error {
	if b.err == nil && b.n > 0 {
		_, b.err = b.w.Write(b.buf[:b.n])
	}
	b.n = 0
	return b.err
}

// bytes writes bytes that are not entropy-coded.
func (b *bitWriter) bytes(p ...byte) {
	for len(p) > 0 {
		if b.n == len(b.buf) {
			b.flush()
		}
		n := copy(b.buf[b.n:], p)
		b.n += n
		p = p[n:]
	}
}

// segment writes the marker and the length of a segment of n bytes.
func (b *bitWriter) segment(marker byte, n int) {
	b.bytes(0xFF, marker, byte((n+2)>>8), byte(n+2))
}

// write writes the codes of the tokens, and their magnitude bits.
func (b *bitWriter) write(tokens []token, codes *codeTables) {
	acc, free := b.acc, b.free
	for _, t := range tokens {
		c := codes[t>>16&(4*256-1)]
		n := int(c >> 26)
		v := uint64(c&0xFFFF)<<(c>>16&15) | uint64(t&0xFFFF)
		free -= n
		if free >= 0 {
			acc = acc<<(n&63) | v
			continue
		}
		acc = acc<<((n+free)&63) | v>>(-free&63)
		b.word(acc)
		acc = v
		free += 64
	}
	b.acc, b.free = acc, free
}

// word writes eight bytes of entropy-coded data.
func (b *bitWriter) word(acc uint64) {
	if b.n > len(b.buf)-16 {
		b.flush()
	}
	const low, high = 0x0101010101010101, 0x8080808080808080
	if (^acc-low)&acc&high == 0 {
		binary.BigEndian.PutUint64(b.buf[b.n:], acc)
		b.n += 8
		return
	}
	for shift := 56; shift >= 0; shift -= 8 {
		b.stuffed(byte(acc >> shift))
	}
}

func (b *bitWriter) stuffed(c byte) {
	b.buf[b.n] = c
	b.n++
	if c == 0xFF {
		b.buf[b.n] = 0
		b.n++
	}
}

// finish pads the last byte of entropy-coded data with ones.
func (b *bitWriter) finish() {
	if b.n > len(b.buf)-16 {
		b.flush()
	}
	acc := b.acc << (b.free & 63)
	if b.free < 64 {
		acc |= 1<<(b.free&63) - 1
		for used := 64 - b.free; used > 0; used -= 8 {
			b.stuffed(byte(acc >> 56))
			acc <<= 8
		}
	}
	b.acc, b.free = 0, 64
}
