package png

import "math/bits"

// A table maps the next bits of the stream to a symbol. A code with more bits than the index of the table continues in a
// subtable, which is stored after the table. The bits of an entry are
//
//	bits 0-5   number of bits to take from the stream: the part of the code that was looked up in this table, and extra bits
//	bits 6-7   the number of literals, 1 to 3, or 0
//	bits 8-31  the literals, the first one lowest, if there are any; else
//	bits 8-11  number of these bits that are part of the code
//	bits 12-15 0 for a length or a distance; else subtable, endOfBlock or invalid. For a subtable bits 8-11 are the width
//	           of its index
//	bits 16-31 the smallest length or distance of the symbol, or the index of the subtable
//
// The number of bits is in the lowest six bits of an entry. Shift instructions use only these six bits of their count,
// so no mask is needed.
const (
	litBits  = 11
	distBits = 8

	// Maximum sizes of tables. Codes are complete, so a subtable of 1<<d entries has at least d+1 codes.
	litEntries  = 1<<litBits + 1<<(15-litBits)*maxLit/(16-litBits) + 1<<(15-litBits)
	distEntries = 1<<distBits + 1<<(15-distBits)*maxDist/(16-distBits) + 1<<(15-distBits)

	maxLit, maxDist = 286, 30 // maximum numbers of codes in a block
	fixedLit        = 288     // number of codes in the fixed table; the last two are invalid

	taken       = 1<<6 - 1
	oneLiteral  = 1 << 6
	literals    = 3 << 6
	exceptional = 1 << 15
	kind        = exceptional | 3<<12
	subtable    = exceptional | 1<<12
	endOfBlock  = exceptional | 2<<12
	invalid     = exceptional | 3<<12
)

type (
	litTable  [litEntries]uint32
	distTable [distEntries]uint32
)

// litSymbols and distSymbols are entries without their code lengths (RFC 1951, 3.2.5).
var (
	litSymbols  = makeLitSymbols()
	distSymbols = makeDistSymbols()
	codeSymbols = makeCodeSymbols()
)

func makeLitSymbols() (s [fixedLit]uint32) {
	for i := range 256 {
		s[i] = uint32(i)<<8 | oneLiteral
	}
	s[256] = endOfBlock
	length := uint32(3)
	for i := range uint32(28) {
		extra := max(i/4, 1) - 1
		s[257+i] = length<<16 | extra
		length += 1 << extra
	}
	s[285] = 258 << 16
	s[286], s[287] = invalid, invalid
	return s
}

func makeDistSymbols() (s [32]uint32) {
	distance := uint32(1)
	for i := range uint32(30) {
		extra := max(i/2, 1) - 1
		s[i] = distance<<16 | extra
		distance += 1 << extra
	}
	s[30], s[31] = invalid, invalid
	return s
}

func makeCodeSymbols() (s [19]uint32) {
	for i := range s {
		s[i] = uint32(i) << 16
	}
	return s
}

// build fills a table with the canonical code (RFC 1951, 3.2.2) of the given lengths. The first 1<<primary entries are
// the main table, and subtables follow. Like zlib, build returns false if the code is over-subscribed or incomplete. Two
// incomplete codes are allowed: a single code of one bit, and no code at all. Unused entries are then invalid.
func build(table []uint32, primary uint, lengths []byte, symbols []uint32) bool {
	var count [16]int
	for _, n := range lengths {
		count[n&15]++
	}
	count[0] = 0
	left, used := 1, 0
	var offset [16]int
	for n := 1; n < 16; n++ {
		left = left<<1 - count[n]
		if left < 0 {
			return false
		}
		offset[n] = used
		used += count[n]
	}
	if left > 0 {
		if used > 1 || used != count[1] {
			return false
		}
		for i := range table[:1<<primary] {
			table[i] = invalid | 1
		}
	}
	var sorted [fixedLit]uint16
	next := offset
	for s, n := range lengths {
		if n != 0 {
			sorted[next[n]] = uint16(s)
			next[n]++
		}
	}

	code := 0 // the next code; its first bit is the highest
	for n := uint(1); n <= primary; n++ {
		for _, s := range sorted[offset[n]:][:count[n]] {
			table[bits.Reverse16(uint16(code))>>(16-n)] = entry(symbols[s], n)
			code++
		}
		if n < primary { // the table doubles: the next bit may be 0 or 1
			copy(table[1<<n:1<<(n+1)], table[:1<<n])
		}
		code <<= 1
	}
	var sub []uint32 // the current subtable
	free := 1 << primary
	for n := primary + 1; n < 16; n++ {
		for _, s := range sorted[offset[n]:][:count[n]] {
			if code&(1<<(n-primary)-1) == 0 { // the first code of a prefix
				width := subtableWidth(&count, n, primary)
				prefix := bits.Reverse16(uint16(code)) >> (16 - n) & (1<<primary - 1)
				table[prefix] = subtable | uint32(free)<<16 | uint32(width)<<8 | uint32(primary)
				sub = table[free:][:1<<width]
				free += len(sub)
			}
			e := entry(symbols[s], n-primary)
			for i := int(bits.Reverse16(uint16(code))>>(16-n)) >> primary; i < len(sub); i += 1 << (n - primary) {
				sub[i] = e
			}
			code++
			count[n]--
		}
		code <<= 1
	}
	return true
}

// subtableWidth returns the index width of the subtable whose first code has n bits. Codes are assigned in order of
// length, so the subtable takes all codes of n bits, then those of n+1 bits, and so on until it is full.
func subtableWidth(count *[16]int, n, primary uint) uint {
	width := n - primary
	for used := count[n]; used < 1<<width && primary+width < 15; {
		width++
		used = used<<1 + count[primary+width]
	}
	return width
}

// entry adds the code length to the entry of a symbol.
func entry(symbol uint32, n uint) uint32 {
	if symbol&literals == 0 && symbol&exceptional == 0 {
		symbol |= uint32(n) << 8
	}
	return symbol + uint32(n)
}

// A shortCode is the code of a literal, with its first bit lowest.
type shortCode struct{ code, bits, literal uint32 }

// joinLiterals replaces the entries of literals by entries with several literals if their codes fit into the index together.
func joinLiterals(t *litTable, lengths []byte) {
	var buffer [256]shortCode
	short := shortCodes(buffer[:0], lengths)
	for _, a := range short {
		for _, b := range short {
			n := a.bits + b.bits
			if n > litBits {
				break
			}
			code, two := a.code|b.code<<a.bits, a.literal<<8|b.literal<<16
			t.set(code, n, 2*oneLiteral|two|n)
			for _, c := range short {
				m := n + c.bits
				if m > litBits {
					break
				}
				t.set(code|c.code<<n, m, 3*oneLiteral|two|c.literal<<24|m)
			}
		}
	}
}

// set sets the entries of all indices that begin with a code of n bits.
func (t *litTable) set(code, n, entry uint32) {
	for i := code; i < 1<<litBits; i += 1 << n {
		t[i] = entry
	}
}

// shortCodes appends the codes of the literals that fit into the index together with the shortest one, in order of length. If the shortest one
// does not fit together with itself, as in most photos, there are none.
func shortCodes(short []shortCode, lengths []byte) []shortCode {
	var all, literals [16]uint32
	for _, n := range lengths {
		all[n&15]++
	}
	for _, n := range lengths[:256] {
		literals[n&15]++
	}
	least := uint32(1)
	for least < litBits && literals[least] == 0 {
		least++
	}
	if 2*least > litBits {
		return nil
	}
	var next [16]uint32 // by length: the code of the next symbol
	var place [16]int   // by length: its index in short
	code, used := uint32(0), 0
	for n := uint32(1); n <= litBits-least; n++ {
		next[n], place[n] = code, used
		code, used = (code+all[n])<<1, used+int(literals[n])
	}
	short = short[:used]
	for s, n := range lengths[:256] {
		if n != 0 && uint32(n) <= litBits-least { // of equal length, literals are before other symbols
			short[place[n]] = shortCode{uint32(bits.Reverse16(uint16(next[n])) >> (16 - n)), uint32(n), uint32(s)}
			next[n]++
			place[n]++
		}
	}
	return short
}
