package webp

import (
	"encoding/binary"
	"math/bits"
)

// A boolWriter is the boolean entropy encoder (RFC 6386, 7.3). Its zero value is not ready: see
// newBoolWriter.
type boolWriter struct {
	low uint64 // n bits that are not written yet, and 8 more that the range is added to; a carry may stand above
	rng uint32 // 128 to 255
	n   int
	out []byte
}

func newBoolWriter(out []byte) boolWriter { return boolWriter{rng: 255, out: out} }

// put writes a bit that is 0 with the probability prob/256. It is small, so that loops inline it.
func (w *boolWriter) put(bit bool, prob uint8) {
	split := 1 + (w.rng-1)*uint32(prob)>>8
	if bit {
		w.low += uint64(split)
		split = w.rng - split
	}
	shift := bits.LeadingZeros8(uint8(split))
	w.rng = split << (shift & 31)
	w.low <<= shift & 63
	w.n += shift
	if w.n >= 32 {
		w.flush()
	}
}

// flush writes 32 bits.
func (w *boolWriter) flush() {
	v := w.low >> ((w.n - 24) & 63)
	if v>>32 != 0 {
		w.carry()
	}
	w.out = binary.BigEndian.AppendUint32(w.out, uint32(v))
	w.low &= 1<<((w.n-24)&63) - 1
	w.n -= 32
}

// carry adds 1 to what has been written.
func (w *boolWriter) carry() {
	for i := len(w.out) - 1; ; i-- {
		w.out[i]++
		if w.out[i] != 0 {
			return
		}
	}
}

// finish writes what is left, with a bit or more to spare, and returns all.
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

// int writes a number of n bits and its sign, or that there is none.
func (w *boolWriter) int(v, n int) {
	w.flag(v != 0)
	if v != 0 {
		w.uint(max(v, -v), n)
		w.flag(v < 0)
	}
}
