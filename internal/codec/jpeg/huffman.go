package jpeg

import "github.com/rest-thumbnails/thumbnail/internal/codec"

const (
	symbolBits = 10 // window of huffman.symbols
	skipBits   = 12 // window of huffman.skips

	// maxSkip is how many bits an entry of huffman.skips may take: before it a refill leaves 56,
	// and it may be followed by a symbol of 16 + 15. In a picture of 8 bits none takes more than
	// skipBits + 10.
	maxSkip = 25
)

// An entry of huffman.symbols says what the next bits are, magnitude bits included:
//
//	bits 0–7    how many bits the symbol takes
//	bits 8–15   how far it advances in the block: zero run and coefficient; endOfBlock for EOB
//	bits 16–31  the coefficient, signed
//
// 0 stands for what does not fit the window; see huffman.slow.
type entry uint32

// endOfBlock as an advance leads past every valid position, so that one comparison ends the loop.
const endOfBlock = 128

func (e entry) bits() uint   { return uint(e & 63) }
func (e entry) advance() int { return int(e >> 8 & 255) }
func (e entry) value() int32 { return int32(e) >> 16 }
func newEntry(bits, advance int, value int32) entry {
	return entry(uint32(bits) | uint32(advance)<<8 | uint32(value)<<16)
}

// huffman is one Huffman table (annex C and section F.2.2.3).
type huffman struct {
	dc      bool
	defined bool // by this file
	built   bool
	counts  [16]byte // BITS
	values  [256]byte
	nValues int

	symbols [1 << symbolBits]entry

	// codes has the symbol of the next code in bits 8–15 and the length of the code in bits 0–7; 0
	// for longer codes.
	codes [1 << symbolBits]uint16

	// skips steps over coefficients nobody needs. An entry covers as many whole symbols as have
	// their codes in the window (the magnitude bits may reach beyond it, since they are not looked
	// at): how many bits, at most maxSkip, in bits 0–4, how far it advances in bits 8–15, as in
	// entry. It is made on first use.
	skips     [1 << skipBits]uint16
	skipsMade bool

	// For longer codes: the first code that is too large for a length, left-aligned to 16 bits, and
	// what to add to a code of a length to find its value (figure F.16).
	limit  [17]uint32
	offset [17]int32
}

// define says what the table is. It is built when a scan uses it, and not again if it is what it was:
// many files share the tables of annex K.
func (h *huffman) define(class int, counts, values string) {
	if string(h.counts[:]) != counts || string(h.values[:h.nValues]) != values {
		copy(h.counts[:], counts)
		h.nValues = copy(h.values[:], values)
		h.built = false
	}
	h.dc = class == 0
	h.defined = true
}

// ready builds the table for a scan that uses it.
func (h *huffman) ready(m *codec.Meter) error {
	switch {
	case !h.defined:
		return corrupt("scan without a Huffman table")
	case h.built:
		return nil
	}
	if err := m.Spend(tableWork); err != nil {
		return err
	}
	if !h.build() {
		return corrupt("Huffman table with too many codes")
	}
	h.built = true
	return nil
}

// build makes the tables from counts and values. It reports false if there are more codes of a
// length than the shorter ones leave room for.
func (h *huffman) build() bool {
	clear(h.symbols[:])
	clear(h.codes[:])
	h.skipsMade = false
	code, k := uint32(0), 0 // code is left-aligned to 16 bits
	for length := 1; length <= 16; length++ {
		step := uint32(1) << (16 - length)
		h.offset[length] = int32(k) - int32(code>>(16-length))
		for range h.counts[length-1] {
			if code+step > 1<<16 {
				return false
			}
			if length <= symbolBits {
				h.expand(code>>(16-symbolBits), length, h.values[k])
			}
			code += step
			k++
		}
		h.limit[length] = code
	}
	return true
}

// expand fills the part of symbols that begins with one code.
func (h *huffman) expand(first uint32, length int, symbol byte) {
	run, size := int(symbol>>4), int(symbol&15)
	valid := h.valid(symbol)
	for i := range uint32(1) << (symbolBits - length) {
		h.codes[first+i] = uint16(symbol)<<8 | uint16(length)
		if !valid {
			continue
		}
		switch {
		case size == 0:
			h.symbols[first+i] = newEntry(length, h.advance(run), 0)
		case length+size <= symbolBits:
			magnitude := int32(i >> (symbolBits - length - size))
			h.symbols[first+i] = newEntry(length+size, run+1, extend(magnitude, size))
		}
	}
}

// valid reports whether a symbol may occur in a sequential scan; EOBn of progressive scans is read
// by slow.
func (h *huffman) valid(symbol byte) bool {
	if h.dc {
		return symbol < 16
	}
	return symbol&15 != 0 || symbol == 0 || symbol == 0xF0
}

// advance of a symbol without coefficient: EOB, or ZRL, 16 zeros.
func (h *huffman) advance(run int) int {
	if run == 0 && !h.dc {
		return endOfBlock
	}
	return run + 1
}

// extend is EXTEND of figure F.12: the value of size magnitude bits.
func extend(magnitude int32, size int) int32 {
	if magnitude < 1<<(size-1) {
		return magnitude - 1<<size + 1
	}
	return magnitude
}

// code finds the symbol that acc begins with, and the length of its code, 0 if there is none.
func (h *huffman) code(acc uint64) (symbol byte, length int) {
	if c := h.codes[acc>>(64-symbolBits)]; c != 0 {
		return byte(c >> 8), int(c & 255)
	}
	return h.lookup(uint32(acc >> 48))
}

// lookup finds the symbol that a window of 16 bits begins with, and the length of its code, 0 if
// there is none (figure F.16).
func (h *huffman) lookup(window uint32) (symbol byte, length int) {
	for length = 1; length <= 16; length++ {
		if window < h.limit[length] {
			return h.values[int32(window>>(16-length))+h.offset[length]], length
		}
	}
	return 0, 0
}

// slow decodes a symbol that symbols does not have. acc must hold 31 bits. The entry is 0 if there
// is none.
func (h *huffman) slow(acc uint64) entry {
	symbol, length := h.code(acc)
	if length == 0 || !h.valid(symbol) {
		return 0
	}
	run, size := int(symbol>>4), int(symbol&15)
	if size == 0 {
		return newEntry(length, h.advance(run), 0)
	}
	magnitude := int32(acc << length >> (64 - size))
	return newEntry(length+size, run+1, extend(magnitude, size))
}

// endOfBand finds the EOBn that acc begins with, n from 0 to 14 (section G.1.2.2). length is 0 if
// it is something else.
func (h *huffman) endOfBand(acc uint64) (n, length uint) {
	symbol, l := h.code(acc)
	if symbol&15 != 0 || symbol == 0xF0 {
		return 0, 0
	}
	return uint(symbol >> 4), uint(l)
}

// makeSkips fills skips: for each window, symbol after symbol as long as their codes are in it.
func (h *huffman) makeSkips() {
	if h.skipsMade {
		return
	}
	h.skipsMade = true
	for w := range h.skips {
		total, advance := 0, 0
		for advance < 64 {
			symbol, length := h.lookup(uint32(w) << (16 - skipBits + total) & 0xFFFF)
			if length == 0 || total+length > skipBits || !h.valid(symbol) {
				break
			}
			run, size := int(symbol>>4), int(symbol&15)
			step := run + 1
			if size == 0 {
				step = h.advance(run)
			}
			if step != endOfBlock && advance+step >= 64 || total+length+size > maxSkip {
				break
			}
			advance += step
			total += length + size
			if total > skipBits {
				break
			}
		}
		if advance == 0 {
			advance = 64 // no symbol: ends the loop without being an EOB
		}
		h.skips[w] = uint16(total | advance<<8)
	}
}
