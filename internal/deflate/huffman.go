package deflate

import (
	"math/bits"
	"slices"
)

// A code is a Huffman code: the code length of each symbol, and its code with the first bit in the lowest place.
type code struct {
	lengths []uint8
	bits    []uint16
}

// A leaf is a symbol with its frequency, which is in the high bits.
type leaf uint64

func leafOf(count uint32, symbol int) leaf { return leaf(count)<<16 | leaf(symbol) }

func (l leaf) count() uint32  { return uint32(l >> 16) }
func (l leaf) symbol() uint16 { return uint16(l) }

// build makes a Huffman code for counts, with code lengths of at most limit bits. At least two symbols get a
// code, because some decoders require two.
func (c *code) build(counts []uint32, limit int) {
	var buffer [literals]leaf
	leaves := buffer[:0]
	for s, n := range counts {
		if n > 0 {
			leaves = append(leaves, leafOf(n, s))
		}
	}
	for s := 0; len(leaves) < 2; s++ {
		if counts[s] == 0 {
			leaves = append(leaves, leafOf(1, s))
		}
	}
	slices.Sort(leaves)
	var depths [literals]uint32
	for i, l := range leaves {
		depths[i] = l.count()
	}
	minimumRedundancy(depths[:len(leaves)])
	var number [33]int // number of symbols by code length
	for _, d := range depths[:len(leaves)] {
		number[min(d, 32)]++
	}
	limitDepth(&number, limit)
	clear(c.lengths)
	at := len(leaves)
	for n := 1; n <= limit; n++ { // the most frequent symbols get the shortest codes
		for range number[n] {
			at--
			c.lengths[leaves[at].symbol()] = uint8(n)
		}
	}
	c.assign(&number)
}

// minimumRedundancy replaces frequencies, sorted in ascending order, by the depths of their leaves (A. Moffat and
// J. Katajainen, In-Place Calculation of Minimum-Redundancy Codes, 1995).
func minimumRedundancy(a []uint32) {
	n := len(a)
	// Phase 1: create internal nodes in ascending order of their sums. The element of a merged node then holds the index of its parent.
	leaf, root := 0, 0
	take := func(next int) uint32 {
		if leaf >= n || root < next && a[root] < a[leaf] {
			sum := a[root]
			a[root] = uint32(next)
			root++
			return sum
		}
		leaf++
		return a[leaf-1]
	}
	for next := range n - 1 {
		first := take(next)
		a[next] = first + take(next)
	}
	// Phase 2: replace parent indices by depths of internal nodes.
	a[n-2] = 0
	for next := n - 3; next >= 0; next-- {
		a[next] = a[a[next]] + 1
	}
	// Phase 3: at each depth, the places not taken by internal nodes are leaves.
	available, depth, node, place := 1, uint32(0), n-2, n-1
	for available > 0 {
		used := 0
		for node >= 0 && a[node] == depth {
			used++
			node--
		}
		for ; available > used; available-- {
			a[place] = depth
			place--
		}
		available, depth = 2*used, depth+1
	}
}

// limitDepth shortens codes longer than limit, and lengthens as few others as needed to keep the code prefix-free.
func limitDepth(number *[33]int, limit int) {
	for n := limit + 1; n < len(number); n++ {
		number[limit] += number[n]
		number[n] = 0
	}
	space := 0 // Kraft sum, in units of 2^-limit
	for n := 1; n <= limit; n++ {
		space += number[n] << (limit - n)
	}
	for ; space > 1<<limit; space-- {
		number[limit]--
		for n := limit - 1; ; n-- {
			if number[n] > 0 {
				number[n]--
				number[n+1] += 2
				break
			}
		}
	}
}

// assign assigns canonical codes in the order of the symbols (3.2.2).
func (c *code) assign(number *[33]int) {
	var next [maxBits + 2]uint16
	for n := 1; n <= maxBits; n++ {
		next[n+1] = (next[n] + uint16(number[n])) << 1
	}
	for s, n := range c.lengths {
		if n > 0 {
			c.bits[s] = bits.Reverse16(next[n]) >> (16 - n)
			next[n]++
		}
	}
}
