package webp

import (
	"encoding/binary"
	"math/bits"
)

// A window is the state of the boolean entropy decoder (RFC 6386, 7.3). It is passed by value so that the compiler
// keeps it in registers.
type window struct {
	value uint64 // the next bits, starting at the most significant bit
	rng   uint32 // "range" in the RFC: 128 to 255
	n     int    // number of valid bits in value
}

// split returns the point that divides the range, for a bit that is 0 with probability prob/256.
func (w window) split(prob uint8) uint32 { return 1 + (w.rng-1)*uint32(prob)>>8 }

// isZero reports whether the next bit is 0. The window must hold at least 8 bits. The caller then calls zero or one,
// which consumes at most 7 bits of the window.
func (w window) isZero(split uint32) bool { return w.value < uint64(split)<<56 }

func (w window) zero(split uint32) window {
	shift := bits.LeadingZeros8(uint8(split))
	return window{w.value << (shift & 63), split << (shift & 31), w.n - shift}
}

func (w window) one(split uint32) window {
	w.value -= uint64(split) << 56
	return w.zero(w.rng - split)
}

// read decodes a bit. A caller that branches on the bit is faster with isZero, zero and one, because these need only
// one branch.
func (w window) read(prob uint8) (window, bool) {
	split := w.split(prob)
	if w.isZero(split) {
		return w.zero(split), false
	}
	return w.one(split), true
}

// readSign reads a sign bit, which is 0 or 1 with the same probability, and returns v or -v. It has no branch, because
// the branch would be unpredictable.
func (w window) readSign(v int32) (window, int32) {
	split := (w.rng + 1) >> 1
	value, borrow := bits.Sub64(w.value, uint64(split)<<56, 0)
	one := uint32(borrow) - 1 // all ones, or 0
	w.value = value + uint64(split&^one)<<56
	return w.zero(split + (w.rng-2*split)&one), (v ^ int32(one)) - int32(one)
}

// A partition is a data partition (RFC 6386, 9.5) with its own entropy decoder.
type partition struct {
	window
	data []byte
	pos  int  // index of the next byte to load into the window
	cut  bool // the file ends inside the partition
}

func newPartition(data []byte) partition {
	return partition{window: window{rng: 255}, data: data}
}

// fill fills w to at least 56 bits. That is enough for 7 calls of read. After the end of the data it adds zeros.
func (p *partition) fill(w window) window {
	if w.n >= 56 {
		return w
	}
	if p.pos+8 <= len(p.data) {
		// Bits of value below the n valid ones may be set already. The new bits have the same values.
		w.value |= binary.BigEndian.Uint64(p.data[p.pos:]) >> (w.n & 63)
		p.pos += (63 - w.n) >> 3
		w.n |= 56
		return w
	}
	for w.n < 56 {
		if p.pos < len(p.data) {
			w.value |= uint64(p.data[p.pos]) << (56 - w.n)
		}
		p.pos++
		w.n += 8
	}
	return w
}

// exhausted reports whether the decoder has read beyond the end of the partition. A complete partition always has at
// least one spare bit at its end. A bit depends on the 8 bits that follow, even if it consumes none of them. So if the
// partition is cut, these must be there.
func (p *partition) exhausted() bool {
	read := 8*p.pos - p.n
	if p.cut {
		return p.pos > 0 && read+8 > 8*len(p.data)
	}
	return read > 0 && read >= 8*len(p.data)
}

// bit decodes one bit. bit, flag, uint and int are for headers, where speed does not matter.
func (p *partition) bit(prob uint8) (bit bool) {
	if p.n < 8 {
		p.window = p.fill(p.window)
	}
	p.window, bit = p.read(prob)
	return bit
}

func (p *partition) flag() bool { return p.bit(128) }

func (p *partition) uint(n int) (v int) {
	for range n {
		v <<= 1
		if p.flag() {
			v |= 1
		}
	}
	return v
}

// int reads an optional number: a flag, then n bits and a sign bit. Without the flag the number is 0.
func (p *partition) int(n int) int {
	if !p.flag() {
		return 0
	}
	v := p.uint(n)
	if p.flag() {
		return -v
	}
	return v
}
