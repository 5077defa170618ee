package jpeg

import "encoding/binary"

// block holds the dequantized coefficients of one 8×8 block that a scale needs, divided by 8: at
// 8·u + v the one of horizontal frequency u and vertical frequency v. DC, at 0, has level added to
// it.
type block [64]float32

// slots says where a scale of n keeps the coefficient k (zigzag), of frequencies u and v, if it is
// one of the lowest n×n.
type slots struct {
	at    [64]uint8 // in a block: 8·u + v, else discard
	dense [64]uint8 // in n×n values: n·u + v, else discard
	last  uint      // highest k that is kept
	kept  uint64    // bit k: kept
}

// discard is a slot of a block that no n below 8 reads.
const discard = 63

var slotsFor = makeSlots()

func makeSlots() (s [9]slots) {
	for n := 1; n <= 8; n++ {
		for k, z := range zigzag {
			s[n].at[k], s[n].dense[k] = discard, discard
			if u, v := int(z&7), int(z>>3); u < n && v < n {
				s[n].at[k], s[n].dense[k] = uint8(8*u+v), uint8(n*u+v)
				s[n].last = uint(k)
				s[n].kept |= 1 << k
			}
		}
	}
	return s
}

// placement is what becomes of a coefficient: an eighth of its quantization step, and its slot.
type placement struct {
	q  float32
	at uint32
}

// The loops below add up what the entries of the Huffman tables say in one variable, the state: in
// its low byte the bits taken of acc's 64, above it the coefficient read last, 0 for DC. An advance
// of endOfBlock leads past all.

// refilled tops acc up to at least 56 bits, which is enough for one symbol and its magnitude bits
// (16 + 15), and for an entry of huffman.skips before it. It returns how many bytes that took; the
// state becomes smaller by 8 times as many.
func refilled(acc uint64, buf []byte, state uint) (_ uint64, took uint) {
	return acc | binary.BigEndian.Uint64(buf)>>(-state&63), (state&255 - 1) >> 3
}

// decodeDC reads the difference of a DC coefficient (section F.2.2.1).
func (r *bitReader) decodeDC(h *huffman) (diff int32, ok bool) {
	r.refill()
	e := h.symbols[r.acc>>(64-symbolBits)]
	if e == 0 {
		if e = h.slow(r.acc); e == 0 {
			return 0, false
		}
	}
	r.acc <<= e.bits()
	r.taken += e.bits()
	return e.value(), true
}

// decodeAC reads the coefficients 1 to last of a block, dequantized, into b, and skips the rest
// (section F.2.2.2). Above found there is none up to last; it is 0 if there is none at all.
func (r *bitReader) decodeAC(h *huffman, places *[64]placement, last uint, b *block) (found uint, ok bool) {
	buf, pos, acc, state := r.buf, r.pos, r.acc, r.taken
	symbols := &h.symbols
	end := last << 8
	for {
		if state&255 > 32 {
			var took uint
			acc, took = refilled(acc, buf[pos:], state)
			pos += int(took)
			state -= 8 * took
		}
		e := symbols[acc>>(64-symbolBits)]
		if e == 0 {
			if e = h.slow(acc); e == 0 {
				return 0, false
			}
		}
		acc <<= e.bits()
		next := state + uint(e&0xFFFF)
		if next >= 64<<8 {
			r.pos, r.acc, r.taken = pos, acc, next&255
			// Anything else would be a coefficient that does not fit the block.
			return state >> 8, next >= endOfBlock<<8
		}
		state = next
		p := &places[state>>8&63]
		b[p.at&63] = float32(e.value()) * p.q
		if state >= end {
			break
		}
	}
	r.pos, r.acc, r.taken = pos, acc, state&255
	if state >= 63<<8 {
		return 63, true
	}
	return state >> 8, r.skipAC(h, state>>8)
}

// skipAC reads the coefficients after k and forgets them: two entries of huffman.skips between
// refills, as long as they stay in the block.
func (r *bitReader) skipAC(h *huffman, k uint) (ok bool) {
	buf, pos, acc, state := r.buf, r.pos, r.acc, k<<8|r.taken
	skips := &h.skips
	for {
		var took uint
		acc, took = refilled(acc, buf[pos:], state)
		pos += int(took)
		state -= 8 * took
		e := uint(skips[acc>>(64-skipBits)])
		if next := state + e; next < 63<<8 {
			acc <<= e & 63
			state = next
			e = uint(skips[acc>>(64-skipBits)])
			if next = state + e; next < 63<<8 {
				acc <<= e & 63
				state = next
				continue
			}
		}
		if next := state + e; next >= endOfBlock<<8 && next < (endOfBlock+63)<<8 {
			acc <<= e & 63
			state = next
			break
		}
		// The entry goes on into the next block, or is none. One symbol, then.
		one := h.symbols[acc>>(64-symbolBits)]
		if one == 0 {
			if one = h.slow(acc); one == 0 {
				return false
			}
		}
		acc <<= one.bits()
		state += uint(one & 0xFFFF)
		if state >= 63<<8 {
			if state >= 64<<8 && state < endOfBlock<<8 { // beyond the block
				return false
			}
			break
		}
	}
	r.pos, r.acc, r.taken = pos, acc, state&255
	return true
}
