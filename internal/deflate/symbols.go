package deflate

import "math/bits"

// A token is a literal, or a match with its length in the low 16 bits and its distance in the high 16 bits.
type token uint32

func match(length, distance int) token { return token(distance)<<16 | token(length) }

func (t token) distance() int { return int(t >> 16) }
func (t token) length() int   { return int(t & 0xffff) } // valid for matches only

// The alphabets (3.2.5, 3.2.7).
const (
	endOfBlock    = 256
	literals      = 286 // literal/length alphabet
	distances     = 30
	codeLengths   = 19
	maxBits       = 15
	maxLengthBits = 7 // maximum length in the code length code
)

// A symbol encodes a length or a distance; extra bits are added to base.
type symbol struct {
	code  uint16
	extra uint8
	base  uint16
}

// lengthSymbols is indexed by length. distanceSymbols is indexed by n = distance-1 if n < 256, else by 256 + n>>7.
var (
	lengthSymbols   [maxMatch + 1]symbol
	distanceSymbols [512]symbol
)

func init() {
	for length := minMatch; length <= maxMatch; length++ {
		lengthSymbols[length] = lengthSymbol(length)
	}
	for i := range 256 {
		distanceSymbols[i] = symbolOfDistance(i + 1)
		distanceSymbols[256+i] = symbolOfDistance(i<<7 + 1)
	}
}

// lengthSymbol computes the symbol of a length. From length 11 on, four consecutive symbols have the same number of extra bits.
func lengthSymbol(length int) symbol {
	if length == maxMatch {
		return symbol{285, 0, maxMatch}
	}
	n := length - minMatch
	if n < 8 {
		return symbol{uint16(257 + n), 0, uint16(length)}
	}
	extra := bits.Len(uint(n)) - 3
	return symbol{uint16(257 + 4*extra + n>>extra), uint8(extra), uint16(n>>extra<<extra + minMatch)}
}

// symbolOfDistance computes the symbol of a distance. From distance 5 on, two consecutive symbols have the same number of extra bits.
func symbolOfDistance(distance int) symbol {
	n := distance - 1
	if n < 4 {
		return symbol{uint16(n), 0, uint16(distance)}
	}
	extra := bits.Len(uint(n)) - 2
	return symbol{uint16(2*extra + n>>extra), uint8(extra), uint16(n>>extra<<extra + 1)}
}

func distanceSymbol(distance int) *symbol {
	if n := uint(distance - 1); n >= 256 {
		return &distanceSymbols[256+n>>7&255]
	} else {
		return &distanceSymbols[n]
	}
}
