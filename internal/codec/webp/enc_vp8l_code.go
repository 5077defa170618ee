package webp

import (
	"math/bits"
	"slices"
)

// A codeBook is a prefix code for writing: the code of each symbol, lowest bit first, and its length.
type codeBook struct {
	bits   []uint16
	length []uint8
}

// resize makes room for n symbols.
func (c *codeBook) resize(n int) {
	if cap(c.bits) < n {
		c.bits, c.length = make([]uint16, n), make([]uint8, n)
	}
	c.bits, c.length = c.bits[:n], c.length[:n]
}

// A codeMaker builds optimal prefix codes from symbol counts. It keeps scratch memory.
type codeMaker struct {
	leaves []uint64 // count<<16 | symbol, in ascending order
	weight []uint64
	parent []int32
	depth  []uint8

	even  [maxSymbols]uint32 // counts that are evened out
	other [maxSymbols]uint8  // code lengths for these counts
}

// lengths computes the code length of each symbol, at most limit bits. A symbol that does not occur has the length 0.
// A single symbol has the length 1. lengths returns the number of symbols that occur.
//
// If a length exceeds the limit, lengths raises the small counts and tries again. The result is almost optimal.
func (m *codeMaker) lengths(counts []uint32, limit uint8, length []uint8) (symbols int) {
	clear(length)
	for least := uint64(1); ; least *= 2 {
		m.leaves = m.leaves[:0]
		for s, n := range counts {
			if n > 0 {
				m.leaves = append(m.leaves, max(uint64(n), least)<<16|uint64(s))
			}
		}
		if len(m.leaves) < 2 {
			for _, l := range m.leaves {
				length[l&0xffff] = 1
			}
			return len(m.leaves)
		}
		slices.Sort(m.leaves)
		if m.build(limit, length) {
			return len(m.leaves)
		}
	}
}

// build builds a Huffman code by repeatedly merging the two lightest nodes. Both the leaves and the merged nodes are
// in ascending order, so the lightest node is the first leaf or the first merged node.
func (m *codeMaker) build(limit uint8, length []uint8) (ok bool) {
	n := len(m.leaves)
	m.weight = slices.Grow(m.weight[:0], 2*n)[:2*n-1]
	m.parent = slices.Grow(m.parent[:0], 2*n)[:2*n-1]
	m.depth = slices.Grow(m.depth[:0], 2*n)[:2*n-1]
	for i, l := range m.leaves {
		m.weight[i] = l >> 16
	}
	leaf, node := 0, n
	for made := n; made < 2*n-1; made++ {
		m.weight[made] = 0
		for range 2 {
			lightest := leaf
			if leaf == n || node < made && m.weight[node] < m.weight[leaf] {
				lightest = node
				node++
			} else {
				leaf++
			}
			m.weight[made] += m.weight[lightest]
			m.parent[lightest] = int32(made)
		}
	}
	m.depth[2*n-2] = 0
	for i := 2*n - 3; i >= 0; i-- {
		m.depth[i] = m.depth[m.parent[i]] + 1
		if i < n {
			if m.depth[i] > limit {
				return false
			}
			length[m.leaves[i]&0xffff] = m.depth[i]
		}
	}
	return true
}

// canonical assigns the canonical codes (RFC 9649, 6.2). At least two symbols have a length.
func (c *codeBook) canonical() {
	var count, next [maxLength + 2]int
	for _, n := range c.length {
		count[n]++
	}
	count[0] = 0
	code := 0
	for n := 1; n <= maxLength; n++ {
		code = (code + count[n-1]) << 1
		next[n] = code
	}
	for s, n := range c.length {
		if n > 0 {
			c.bits[s] = bits.Reverse16(uint16(next[n])) >> (16 - n)
			next[n]++
		}
	}
}

// single sets all code lengths to 0, because a single symbol takes no bits.
func (c *codeBook) single() { clear(c.length); clear(c.bits) }

func (w *bitSink) symbol(c *codeBook, s int) { w.put(uint32(c.bits[s]), uint(c.length[s])) }

// putCode builds the prefix code for counts and writes it. The slices of c have the size of the alphabet, and hold the
// code afterwards.
func (w *bitSink) putCode(m *codeMaker, counts []uint32, c *codeBook) {
	n := m.lengths(counts, maxLength, c.length)
	if n <= 2 && w.putSimple(c, n) {
		return
	}
	w.put(0, 1)
	var scratch [2][512]lengthToken
	text := m.describe(scratch[0][:0], c.length)
	if n > 2 {
		text = m.shorter(text, scratch[1][:0], counts, c.length)
	}
	text.put(w)
	c.canonical()
	if n == 1 {
		c.single()
	}
}

// putSimple writes a simple prefix code of at most two symbols. A simple code requires symbols below 256. Otherwise
// putSimple writes nothing and returns false.
func (w *bitSink) putSimple(c *codeBook, n int) bool {
	var symbols [2]int
	found := 0
	for s, l := range c.length {
		if l > 0 {
			if s > 255 {
				return false
			}
			symbols[found] = s
			found++
		}
	}
	w.put(1, 1)
	w.put(uint32(max(n, 1)-1), 1)
	if symbols[0] <= 1 {
		w.put(uint32(symbols[0])<<1, 2)
	} else {
		w.put(uint32(symbols[0])<<1|1, 9)
	}
	if n < 2 {
		c.single()
		return true
	}
	w.put(uint32(symbols[1]), 8)
	c.canonical()
	return true
}
