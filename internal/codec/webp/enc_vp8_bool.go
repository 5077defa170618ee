package webp

import (
	"encoding/binary"
	"math/bits"
)

// A boolState is the state of the boolean entropy encoder (RFC 6386, 7.3). It is passed by value so that the compiler
// keeps it in registers.
type boolState struct {
	low uint64 // a carry, n pending bits, and the 8 bits to which the range is added
	rng uint32 // 128 to 255
	n   int
}

// shiftOf holds how far a range must be shifted to reach 128. The table is faster than the instruction that finds the
// highest bit.
var shiftOf = func() (shifts [256]uint8) {
	for i := range shifts {
		shifts[i] = uint8(bits.LeadingZeros8(uint8(i)))
	}
	return shifts
}()

// bit encodes a bit that is 0 with probability prob/256. It adds at most 7 pending bits. After boolWriter.room, bit
// can be called three times.
func (s boolState) bit(bit bool, prob uint8) boolState {
	if bit {
		return s.one(prob)
	}
	return s.zero(prob)
}

func (s boolState) zero(prob uint8) boolState {
	split := 1 + (s.rng-1)*uint32(prob)>>8
	shift := int(shiftOf[uint8(split)])
	return boolState{s.low << (shift & 63), split << (shift & 31), s.n + shift}
}

func (s boolState) one(prob uint8) boolState {
	split := 1 + (s.rng-1)*uint32(prob)>>8
	rng := s.rng - split
	shift := int(shiftOf[uint8(rng)])
	return boolState{(s.low + uint64(split)) << (shift & 63), rng << (shift & 31), s.n + shift}
}

// even encodes a bit that is 0 or 1 with equal probability. It has no branch, because the branch would be
// unpredictable.
func (s boolState) even(bit uint32) boolState {
	split := (s.rng + 1) >> 1
	rng := split + (s.rng-2*split)&-bit
	shift := int(shiftOf[uint8(rng)])
	return boolState{(s.low + uint64(split&-bit)) << (shift & 63), rng << (shift & 31), s.n + shift}
}

// A boolWriter appends the output of a boolean entropy encoder to a slice.
type boolWriter struct {
	boolState
	out []byte
}

func newBoolWriter(out []byte) boolWriter { return boolWriter{boolState{rng: 255}, out} }

// put encodes a bit. In loops the methods of boolState are faster.
func (w *boolWriter) put(bit bool, prob uint8) {
	w.boolState = w.room(w.bit(bit, prob))
}

// room writes 32 bits if at least 32 are pending.
func (w *boolWriter) room(s boolState) boolState {
	if s.n >= 32 {
		return w.flush(s)
	}
	return s
}

func (w *boolWriter) flush(s boolState) boolState {
	v := s.low >> ((s.n - 24) & 63)
	if v>>32 != 0 {
		w.carry()
	}
	w.out = binary.BigEndian.AppendUint32(w.out, uint32(v))
	s.low &= 1<<((s.n-24)&63) - 1
	s.n -= 32
	return s
}

// carry adds 1 to the bytes written so far.
func (w *boolWriter) carry() {
	for i := len(w.out) - 1; ; i-- {
		w.out[i]++
		if w.out[i] != 0 {
			return
		}
	}
}

// finish writes the pending bits and at least one spare bit, and returns the output.
func (w *boolWriter) finish() []byte {
	left := w.n + 8
	v := w.low << (56 - left) // the carry is bit 56
	if v>>56 != 0 {
		w.carry()
	}
	for ; left > 0; left -= 8 {
		w.out = append(w.out, byte(v>>48))
		v <<= 8
	}
	return w.out
}

func (w *boolWriter) flag(bit bool) { w.put(bit, 128) }

// uint writes the n low bits of v.
func (w *boolWriter) uint(v, n int) {
	for n--; n >= 0; n-- {
		w.flag(v>>n&1 != 0)
	}
}

// int writes an optional number: a flag, then n bits and a sign bit. For 0 it writes only the flag.
func (w *boolWriter) int(v, n int) {
	w.flag(v != 0)
	if v != 0 {
		w.uint(max(v, -v), n)
		w.flag(v < 0)
	}
}
