package jpeg

import (
	"bytes"
	"encoding/binary"
)

const (
	// maxUnit bounds the bytes that one interleaved MCU can take: 10 blocks (section B.2.3) of 64
	// coefficients of at most 17 + 15 bits, and 8 bytes that a refill looks ahead.
	maxUnit = 10*64*32/8 + 16
	// bufSize leaves room for reading one MCU past the end of the data.
	bufSize = 32<<10 + maxUnit
)

// bitReader reads one entropy-coded segment: the data between two markers (section B.1.1.5).
//
// It removes the stuffed zeros (section F.1.2.3) in advance, one buffer at a time. bytes.IndexByte finds the
// 0xFF bytes at memory speed, and the decoding loops can then load eight bytes at once.
//
// The decoding loops do not check for the end of the data. Their caller calls ready before each MCU, which
// provides maxUnit bytes, and overrun after it. A loop that reads past the end reads old buffer contents, and
// overrun then reports an error. A tolerant decode continues after the end and reads zeros, as libjpeg does.
type bitReader struct {
	buf []byte
	pos int    // next byte of buf
	end int    // end of the valid bytes
	acc uint64 // the next bits, starting at the most significant bit

	// taken is the number of bits of acc that are consumed or were never filled, at most 64. Below the valid
	// bits acc may already hold bits of the byte at pos; a refill sets the same bits again.
	taken uint

	in       *input
	done     bool // a marker or the end of the file follows
	zeroTail bool // read zeros after the end of the segment instead of old buffer contents
}

// begin starts reading at the current offset of in.
func (r *bitReader) begin(in *input) {
	if r.buf == nil {
		r.buf = make([]byte, bufSize)
	}
	r.in = in
	r.pos, r.end, r.acc, r.taken, r.done = 0, 0, 0, 64, false
	r.fill()
}

// ready makes sure that the buffer holds the next MCU, or the rest of the segment.
func (r *bitReader) ready() {
	if r.end-r.pos < maxUnit && !r.done {
		r.fill()
	}
}

// more is like ready, for a loop that keeps pos, acc and taken in local variables. more stores them in r and
// returns the new pos. ok is false if the loop has read beyond the end of the segment.
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

// refill fills acc to at least 32 bits, enough for a Huffman code and its magnitude bits (16 + 15). The method is
// variant 4 of F. Giesen, "Reading bits in far too many ways", 2018.
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

// fill moves the unread bytes to the start of the buffer and appends input, without its stuffed zeros.
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
