package jpeg

import (
	"math/bits"
	"slices"
)

// histogram counts the symbols of a Huffman table.
type histogram [256]uint32

// codeTables holds a code for each table and symbol of a token. Bits 0–15 are the code, bits 16–19 the number of
// magnitude bits that follow, and bits 26–31 the length of code and magnitude bits together.
type codeTables [4 * 256]uint32

// maxCode is the length of the longest code that a DHT segment can define.
const maxCode = 16

// huffmanSpec is the contents of a table in a DHT segment.
type huffmanSpec struct {
	counts  [maxCode]byte // number of codes of each length, from 1
	symbols []byte        // sorted by the length of their codes
	memory  [256]byte
}

// optimal sets s to the table with the shortest codes for the symbols of h (section K.2). Annex C reserves the
// code of all ones, so it is not used.
func (s *huffmanSpec) optimal(h *histogram) {
	var lengths [257]uint8
	codeLengths(h, &lengths)
	s.counts = [maxCode]byte{}
	for _, l := range lengths[:256] {
		if l > 0 {
			s.counts[l-1]++
		}
	}
	var next [maxCode]int // index of the next symbol of each length
	n := 0
	for i, count := range s.counts {
		next[i] = n
		n += int(count)
	}
	for symbol, l := range lengths[:256] {
		if l > 0 {
			s.memory[next[l-1]] = byte(symbol)
			next[l-1]++
		}
	}
	s.symbols = s.memory[:n]
}

// codeLengths computes the code lengths of an optimal prefix code of at most 16 bits. Length 0 means that the
// symbol does not occur. Symbol 256 is reserved and has the longest code.
func codeLengths(h *histogram, lengths *[257]uint8) {
	var order [257]uint64 // count and symbol
	leaves := order[:1]
	order[0] = 256 // the reserved symbol has the count 0 here, and so comes first
	for symbol, n := range h {
		if n > 0 {
			leaves = append(leaves, uint64(n)<<9|uint64(symbol))
		}
	}
	if len(leaves) == 1 {
		leaves = append(leaves, 1<<9) // an empty table has symbol 0
	}
	slices.Sort(leaves)
	var ofLength [258]int // number of leaves of the Huffman tree by depth
	depths(leaves, &ofLength)
	limit(&ofLength)
	i := len(leaves) - 1
	for length := 1; length <= maxCode; length++ {
		for range ofLength[length] {
			lengths[leaves[i]&511] = uint8(length)
			i--
		}
	}
}

// depths counts the leaves of a Huffman tree at each depth. It uses the method of two queues, in which inner nodes
// are created in the order of their weights.
func depths(leaves []uint64, ofLength *[258]int) {
	n := len(leaves)
	var weight [257]uint64
	var parent [514]int16 // parent of leaf i, and of inner node j at index n + j
	leaf, inner := 0, 0
	for made := range n - 1 {
		sum := uint64(0)
		for range 2 {
			if inner == made || leaf < n && leaves[leaf]>>9 <= weight[inner] {
				sum += leaves[leaf] >> 9
				parent[leaf] = int16(n + made)
				leaf++
			} else {
				sum += weight[inner]
				parent[n+inner] = int16(n + made)
				inner++
			}
		}
		weight[made] = sum
	}
	var depth [514]int16
	for i := 2*n - 3; i >= 0; i-- {
		depth[i] = depth[parent[i]] + 1
		if i < n {
			ofLength[depth[i]]++
		}
	}
}

// limit shortens codes of more than 16 bits, two at a time. In exchange, a shorter code becomes the prefix of two
// codes (figure K.3).
func limit(ofLength *[258]int) {
	for length := len(ofLength) - 1; length > maxCode; length-- {
		for ofLength[length] > 0 {
			shorter := length - 2
			for ofLength[shorter] == 0 {
				shorter--
			}
			ofLength[length] -= 2
			ofLength[length-1]++
			ofLength[shorter+1] += 2
			ofLength[shorter]--
		}
	}
}

// set computes the codes of a table (section C.2). extra returns the number of bits that follow a symbol.
func (c *codeTables) set(table int, s *huffmanSpec, extra func(symbol byte) int) {
	code, i := uint32(0), 0
	for length := 1; length <= maxCode; length++ {
		for range s.counts[length-1] {
			symbol := s.symbols[i]
			n := extra(symbol)
			c[table<<8|int(symbol)] = code | uint32(n)<<16 | uint32(length+n)<<26
			code++
			i++
		}
		code <<= 1
	}
}

// magnitudeBits returns the number of bits that follow a symbol in a sequential scan.
func magnitudeBits(symbol byte) int { return int(symbol & 15) }

// bandBits returns the number of bits that follow a symbol in a progressive AC scan, which may be EOBn (section
// G.1.2.2).
func bandBits(symbol byte) int {
	if symbol&15 == 0 && symbol < 0xF0 {
		return int(symbol >> 4)
	}
	return int(symbol & 15)
}

// magnitude returns the category SSSS of v, and the bits that follow it (table F.1).
func magnitude(v int32) (size int, low uint32) {
	sign := v >> 31
	size = bits.Len32(uint32((v ^ sign) - sign))
	return size, uint32(v+sign) & (1<<size - 1)
}
