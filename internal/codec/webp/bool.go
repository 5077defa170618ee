package webp

import (
	"encoding/binary"
	"math/bits"
)

// A window is the state of the boolean entropy decoder (RFC 6386, 7.3). It is small enough to be
// kept in registers: pass it by value.
type window struct {
	value uint64 // what comes next, from the top bit on
	rng   uint32 // "range" in the RFC: 128 to 255
	n     int    // how many bits of value are there
}

// split is where the range is divided for a bit that is 0 with the probability prob/256.
func (w window) split(prob uint8) uint32 { return 1 + (w.rng-1)*uint32(prob)>>8 }

// isZero says which bit comes next, if 8 bits are in the window. zero and one take it, and with it
// 7 bits at most.
func (w window) isZero(split uint32) bool { return w.value < uint64(split)<<56 }

func (w window) zero(split uint32) window {
	shift := bits.LeadingZeros8(uint8(split))
	return window{w.value << (shift & 63), split << (shift & 31), w.n - shift}
}

func (w window) one(split uint32) window {
	w.value -= uint64(split) << 56
	return w.zero(w.rng - split)
}

// read decodes a bit. Where it is decided upon at once, isZero, zero and one are faster, as there
// is one branch then.
func (w window) read(prob uint8) (window, bool) {
	split := w.split(prob)
	if w.isZero(split) {
		return w.zero(split), false
	}
	return w.one(split), true
}

// readSign gives v a sign, by a bit that is 0 or 1 with the same probability: without a branch,
// which could not be predicted.
func (w window) readSign(v int32) (window, int32) {
	split := (w.rng + 1) >> 1
	value, borrow := bits.Sub64(w.value, uint64(split)<<56, 0)
	one := uint32(borrow) - 1 // all ones, or 0
	w.value = value + uint64(split&^one)<<56
	return w.zero(split + (w.rng-2*split)&one), (v ^ int32(one)) - int32(one)
}

// A partition is a part of the file with an entropy decoder of its own.
type partition struct {
	window
	data []byte
	pos  int // the byte that follows those in the window
}

func newPartition(data []byte) partition {
	return partition{window: window{rng: 255}, data: data}
}

// fill makes sure that 56 bits are in w: enough for 7 calls of read in any case, as the last one
// need not leave any. Zeros follow the end of the data.
func (p *partition) fill(w window) window {
	if w.n >= 56 {
		return w
	}
	if p.pos+8 <= len(p.data) {
		// More than n bits of value may be right already; the same ones come again.
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

// exhausted says whether more has been read than there was: whoever writes a partition leaves a bit
// or more at its end.
func (p *partition) exhausted() bool {
	read := 8*p.pos - p.n
	return read > 0 && read >= 8*len(p.data)
}

// bit, flag, uint and int are for the headers, where speed does not matter.
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

// int reads a number of n bits and a sign, if there is one at all.
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
