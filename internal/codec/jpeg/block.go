package jpeg

import "encoding/binary"

// block holds the dequantized coefficients of one 8×8 block, divided by 8, as far as the scale needs them. The
// coefficient of horizontal frequency u and vertical frequency v is at index 8·u + v. DC, at index 0, includes
// level.
type block [64]float32

// slots maps the zigzag index k of a coefficient with frequencies u and v to its index at scale n. Only the lowest n×n coefficients have an
// index; the others have discard.
type slots struct {
	at    [64]uint8 // index in a block, 8·u + v, or discard
	dense [64]uint8 // index in n×n values, n·u + v, or discard
	last  uint      // highest k that is not discarded
	kept  uint64    // bit k is set if k is not discarded
}

// discard is an index of a block that is not read at any scale below 8.
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

// placement holds an eighth of the quantization step of a coefficient, and the index of the coefficient in a block.
type placement struct {
	q  float32
	at uint32
}

// The loops below add the entries of the Huffman tables to one variable, the state. Its low byte is the number of
// consumed bits of acc. The bits above hold the zigzag index of the last coefficient, 0 for DC. An advance of
// endOfBlock leads past all valid indices.

// refilled fills acc to at least 56 bits. That is enough for an entry of huffman.skips and for one symbol with its
// magnitude bits (16 + 15) after it. took is the number of bytes read; the caller subtracts 8·took from the state.
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

// decodeAC reads coefficients 1 to last of a block, dequantizes them into b, and skips the rest of the block
// (section F.2.2.2). All coefficients after found and up to last are zero. found is 0 if the block has no AC
// coefficient.
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
			// Any other advance past the block is an error.
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

// skipAC skips the coefficients after k. It uses two entries of huffman.skips per refill while they stay inside the
// block.
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
		// The entry would continue into the next block, or is empty: skip a single symbol.
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
