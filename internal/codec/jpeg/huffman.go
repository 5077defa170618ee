package jpeg

import "github.com/rest-thumbnails/thumbnail/internal/codec"

const (
	symbolBits = 10 // index width of huffman.symbols
	skipBits   = 12 // index width of huffman.skips

	// maxSkip is the maximum number of bits that an entry of huffman.skips may consume. A refill provides 56
	// bits, and a symbol of 16 + 15 bits may follow the entry. In an 8-bit picture no entry consumes more than
	// skipBits + 10.
	maxSkip = 25
)

// An entry of huffman.symbols is a decoded symbol with its magnitude bits:
//
//	bits 0–7    number of bits that the symbol and its magnitude bits take
//	bits 8–15   advance in the block: zero run plus 1 for the coefficient; endOfBlock for EOB
//	bits 16–31  value of the coefficient, signed
//
// 0 means that the bits do not fit the index; huffman.slow decodes them.
type entry uint32

// endOfBlock is the advance of EOB. It leads past every valid position, so the loops over coefficients end
// by the comparison that they make anyway.
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
	defined bool // the current file has defined the table
	built   bool
	counts  [16]byte // BITS
	values  [256]byte
	nValues int

	symbols [1 << symbolBits]entry

	// codes holds the symbol in bits 8–15 and the code length in bits 0–7; 0 for codes of more than symbolBits.
	codes [1 << symbolBits]uint16

	// skips skips unneeded coefficients. An entry covers all symbols whose codes lie within the index. Their
	// magnitude bits may lie beyond the index, because the values are not needed. Bits 0–4 are the number of bits,
	// at most maxSkip; bits 8–15 are the advance as in entry. skips is built on first use.
	skips     [1 << skipBits]uint16
	skipsMade bool

	// For longer codes, by code length: limit is the first code that is too large, left-aligned to 16 bits.
	// offset is added to a code to get the index of its symbol (figure F.16).
	limit  [17]uint32
	offset [17]int32
}

// define sets the code of the table. ready builds the lookup tables when a scan uses the table. A table that is
// defined again with the same contents is not rebuilt: many files use the tables of annex K.
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

// build makes the lookup tables from counts and values. It returns false if the code is over-subscribed.
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

// expand fills the entries of symbols whose index begins with the given code.
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

// valid reports whether a symbol may occur in a sequential scan. EOBn of progressive scans is not valid here; slow
// reads it.
func (h *huffman) valid(symbol byte) bool {
	if h.dc {
		return symbol < 16
	}
	return symbol&15 != 0 || symbol == 0 || symbol == 0xF0
}

// advance returns the advance of a symbol without a coefficient: EOB, or ZRL (16 zeros).
func (h *huffman) advance(run int) int {
	if run == 0 && !h.dc {
		return endOfBlock
	}
	return run + 1
}

// extend converts magnitude bits to a value (EXTEND of figure F.12). size is the number of bits.
func extend(magnitude int32, size int) int32 {
	if magnitude < 1<<(size-1) {
		return magnitude - 1<<size + 1
	}
	return magnitude
}

// code returns the symbol at the start of acc and the length of its code; length 0 means an invalid code.
func (h *huffman) code(acc uint64) (symbol byte, length int) {
	if c := h.codes[acc>>(64-symbolBits)]; c != 0 {
		return byte(c >> 8), int(c & 255)
	}
	return h.lookup(uint32(acc >> 48))
}

// lookup returns the symbol at the start of a window of 16 bits and the length of its code; length 0 means an
// invalid code (figure F.16).
func (h *huffman) lookup(window uint32) (symbol byte, length int) {
	for length = 1; length <= 16; length++ {
		if window < h.limit[length] {
			return h.values[int32(window>>(16-length))+h.offset[length]], length
		}
	}
	return 0, 0
}

// slow decodes a symbol that does not fit the table symbols. acc must hold 31 bits. The entry is 0 if the code is
// invalid.
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

// endOfBand decodes EOBn at the start of acc, n from 0 to 14 (section G.1.2.2). length is 0 if the symbol is not an
// EOBn.
func (h *huffman) endOfBand(acc uint64) (n, length uint) {
	symbol, l := h.code(acc)
	if symbol&15 != 0 || symbol == 0xF0 {
		return 0, 0
	}
	return uint(symbol >> 4), uint(l)
}

// makeSkips fills skips. For each index it decodes symbols as long as their codes lie within the index.
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
			advance = 64 // an invalid code ends the loop without being an EOB
		}
		h.skips[w] = uint16(total | advance<<8)
	}
}
