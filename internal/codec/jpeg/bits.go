package jpeg

import (
	"bytes"
	"encoding/binary"
)

const (
	// maxUnit bounds the bytes that one interleaved MCU can take: 10 blocks (section B.2.3) of 64
	// coefficients of at most 17 + 15 bits, and 8 bytes that a refill looks ahead.
	maxUnit = 10*64*32/8 + 16
	// bufSize leaves room for an MCU that is read past the end.
	bufSize = 32<<10 + maxUnit
)

// bitReader reads one entropy-coded segment: the data between two markers (section B.1.1.5).
//
// The stuffed zeros (section F.1.2.3) are taken out ahead, a buffer at a time, so that the decoding
// loops can load eight bytes at once without looking for 0xFF: bytes.IndexByte finds those at
// memory speed. The loops refill without asking for the end of the data, too: whoever runs them
// calls ready before each MCU, which makes sure of maxUnit bytes, and overrun after it. What is
// read past the end in between is old buffer contents, and always ends in an error; a tolerant decode,
// which goes on, reads zeros as libjpeg does.
type bitReader struct {
	buf []byte
	pos int    // next byte of buf
	end int    // end of the valid bytes
	acc uint64 // the next bits, from the top

	// taken is how many of acc's bits are used up, or were never there; at most 64. Below the
	// others acc may hold more bits of the byte at pos, which a refill repeats.
	taken uint

	in       *input
	done     bool // a marker or the end of the file follows
	zeroTail bool // zeros follow the segment, instead of old contents
}

// begin starts at the input's offset.
func (r *bitReader) begin(in *input) {
	if r.buf == nil {
		r.buf = make([]byte, bufSize)
	}
	r.in = in
	r.pos, r.end, r.acc, r.taken, r.done = 0, 0, 0, 64, false
	r.fill()
}

// ready makes sure that the next MCU lies in the buffer, as far as the segment has it.
func (r *bitReader) ready() {
	if r.end-r.pos < maxUnit && !r.done {
		r.fill()
	}
}

// more is ready for a loop that has pos, acc and taken in variables, which it leaves to r; it
// returns the new pos. ok is false where the loop has read beyond the end of the segment.
func (r *bitReader) more(pos int, acc uint64, taken uint) (_ int, ok bool) {
	r.pos, r.acc, r.taken = pos, acc, taken
	if r.overrun() {
		return pos, false
	}
	r.ready()
	return r.pos, true
}

// overrun reports whether more bits were taken than the segment has.
func (r *bitReader) overrun() bool { return r.done && r.pos*8-64+int(r.taken) > r.end*8 }

// refill makes sure of 32 bits in acc: enough for a symbol with its magnitude bits, 16 + 15.
//
// It takes all bytes of which a bit is missing (after F. Giesen, "Reading bits in far too many
// ways", 2018, variant 4).
func (r *bitReader) refill() {
	if r.taken > 32 {
		r.acc |= binary.BigEndian.Uint64(r.buf[r.pos:]) >> (64 - r.taken)
		whole := (r.taken - 1) >> 3
		r.pos += int(whole)
		r.taken -= 8 * whole
	}
}

// take reads m bits, at most 32.
func (r *bitReader) take(m uint) uint64 {
	r.refill()
	v := r.acc >> (64 - m)
	r.acc <<= m
	r.taken += m
	return v
}

// fill moves what is left to the start of the buffer and unstuffs the input behind it.
func (r *bitReader) fill() {
	r.end = copy(r.buf, r.buf[r.pos:r.end])
	r.pos = 0
	src := r.in.data
	off := r.in.off
	for limit := len(r.buf) - maxUnit; r.end < limit; {
		room := min(limit-r.end, len(src)-off)
		i := bytes.IndexByte(src[off:off+room], 0xFF)
		if i < 0 {
			r.end += copy(r.buf[r.end:], src[off:off+room])
			off += room
			r.done = off == len(src)
			break
		}
		r.end += copy(r.buf[r.end:], src[off:off+i])
		off += i
		for off+1 < len(src) && src[off+1] == 0xFF {
			off++ // fill byte, section B.1.1.2
		}
		if off+1 == len(src) || src[off+1] != 0 {
			r.done = true
			break
		}
		r.buf[r.end] = 0xFF
		r.end++
		off += 2
	}
	r.in.off = off
	if r.done && r.zeroTail {
		clear(r.buf[r.end:min(r.end+maxUnit, len(r.buf))])
	}
}
