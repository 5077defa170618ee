package jpeg

import "encoding/binary"

// block holds the dequantised coefficients of one 8×8 block that a scale needs, as rows of scale coefficients.
type block [64]int32

// slots says where a scale of n keeps the coefficient k (zigzag) of a block: row·n + column, or nowhere if the lowest
// n×n do not include it.
type slots struct {
	at   [64]uint8 // nowhere: discard
	last int       // highest k that is kept
	kept uint64    // bit k: kept
}

// discard is a slot of a block that no n below 8 reads.
const discard = 63

var slotsFor = makeSlots()

func makeSlots() (s [9]slots) {
	for n := 1; n <= 8; n++ {
		for k, z := range zigzag {
			s[n].at[k] = discard
			if row, column := int(z>>3), int(z&7); row < n && column < n {
				s[n].at[k] = uint8(row*n + column)
				s[n].last = k
				s[n].kept |= 1 << k
			}
		}
	}
	return s
}

// The functions below keep the reader's state in variables of their own while they run, and refill it in place:
//
//	if n < 32 {
//		acc |= binary.BigEndian.Uint64(buf[pos:]) >> n
//		pos += int(63-n) >> 3
//		n |= 56
//	}
//
// 32 bits cover the longest symbol, 16 + 15 bits.

// decodeDC reads the difference of a DC coefficient (section F.2.2.1).
func (r *bitReader) decodeDC(h *huffman) (diff int32, ok bool) {
	if r.n < 32 {
		r.acc |= binary.BigEndian.Uint64(r.buf[r.pos:]) >> r.n
		r.pos += int(63-r.n) >> 3
		r.n |= 56
	}
	e := h.symbols[r.acc>>(64-symbolBits)]
	if e == 0 {
		if e = h.slow(r.acc); e == 0 {
			return 0, false
		}
	}
	r.acc <<= e.bits()
	r.n -= e.bits()
	return e.value(), true
}

// decodeAC reads the coefficients 1 to s.last of a block, dequantised, into b, and skips the rest (section F.2.2.2).
func (r *bitReader) decodeAC(h *huffman, q *[64]int32, s *slots, b *block) (ok bool) {
	buf, pos, acc, n := r.buf, r.pos, r.acc, r.n
	k := 1
	for k <= s.last {
		if n < 32 {
			acc |= binary.BigEndian.Uint64(buf[pos:]) >> n
			pos += int(63-n) >> 3
			n |= 56
		}
		e := h.symbols[acc>>(64-symbolBits)]
		if e == 0 {
			if e = h.slow(acc); e == 0 {
				return false
			}
		}
		acc <<= e.bits()
		n -= e.bits()
		k += e.advance()
		if k > 64 {
			break
		}
		at := uint(k-1) & 63
		b[s.at[at]&63] = e.value() * q[at]
	}
	r.pos, r.acc, r.n = pos, acc, n
	switch {
	case k >= endOfBlock || k == 64:
		return true
	case k > 64:
		return false // the coefficients do not fit the block
	}
	return r.skipAC(h, k)
}

// skipAC reads the coefficients from k on and forgets them.
func (r *bitReader) skipAC(h *huffman, k int) (ok bool) {
	buf, pos, acc, n := r.buf, r.pos, r.acc, r.n
	for {
		if n < 32 {
			acc |= binary.BigEndian.Uint64(buf[pos:]) >> n
			pos += int(63-n) >> 3
			n |= 56
		}
		e := h.skips[acc>>(64-skipBits)]
		next := k + int(e>>8)
		if next < 64 {
			acc <<= e & 31
			n -= uint(e & 31)
			k = next
			continue
		}
		if next >= endOfBlock && next-endOfBlock < 64 {
			acc <<= e & 31
			n -= uint(e & 31)
			break
		}
		// The symbols of the entry may belong to two blocks, or there is none. One at a time, then.
		one := h.symbols[acc>>(64-symbolBits)]
		if one == 0 {
			if one = h.slow(acc); one == 0 {
				return false
			}
		}
		acc <<= one.bits()
		n -= one.bits()
		k += one.advance()
		if k >= endOfBlock || k == 64 {
			break
		}
		if k > 64 {
			return false
		}
	}
	r.pos, r.acc, r.n = pos, acc, n
	return true
}

// take reads m bits, at most 16.
func (r *bitReader) take(m uint) uint32 {
	if r.n < 32 {
		r.acc |= binary.BigEndian.Uint64(r.buf[r.pos:]) >> r.n
		r.pos += int(63-r.n) >> 3
		r.n |= 56
	}
	v := uint32(r.acc >> 32 >> (32 - m))
	r.acc <<= m
	r.n -= m
	return v
}

// symbol reads a Huffman symbol alone, without its magnitude bits.
func (r *bitReader) symbol(h *huffman) (run, size int, ok bool) {
	if r.n < 32 {
		r.acc |= binary.BigEndian.Uint64(r.buf[r.pos:]) >> r.n
		r.pos += int(63-r.n) >> 3
		r.n |= 56
	}
	symbol, length := h.lookup(uint32(r.acc >> 48))
	r.acc <<= uint(length)
	r.n -= uint(length)
	return int(symbol >> 4), int(symbol & 15), length > 0
}
