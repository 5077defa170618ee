package webp

// A tally sums up what the size of symbols and of their prefix code depends on.
type tally struct {
	total, most uint32
	logs        int64 // the sum of -n·log2(n)
	kinds, gaps int64
	last        int // the last symbol, or -1
}

// add adds a symbol that occurs n times. The symbols are added in ascending order.
func (t *tally) add(symbol int, n uint32) {
	t.logs -= nLog2(n)
	t.total += n
	t.most = max(t.most, n)
	t.kinds++
	if symbol != t.last+1 {
		t.gaps++
	}
	t.last = symbol
}

// addAll adds consecutive symbols with their counts, from the symbol first on.
func (t *tally) addAll(first int, counts []uint32) {
	for s := 0; s < len(counts); s++ {
		if n := counts[s]; n > 0 {
			t.add(first+s, n)
			continue
		}
		for s+4 < len(counts) && counts[s+1]|counts[s+2]|counts[s+3]|counts[s+4] == 0 { // most symbols do not occur in small pictures
			s += 4
		}
	}
}

// bits estimates the size of the symbols and their prefix code, in bits.
func (t *tally) bits() int64 {
	return refined(t.total, t.most, t.logs, int(t.kinds)) + codeBits(t.kinds, t.gaps, t.last)
}

// symbolCost estimates the size of symbols and their prefix code, in bits. It is the sum of entropy and codeCost.
func symbolCost(counts []uint32) int64 {
	t := tally{last: -1}
	t.addAll(0, counts)
	return t.bits()
}

// cost estimates the size of the symbols of all alphabets and their prefix codes, in bits.
func (a alphabets) cost(counts []uint32) (n int64) {
	a.each(func(from, to int) {
		n += symbolCost(counts[from:to])
	})
	return n
}

// codeCost estimates the size of a prefix code, in bits.
func codeCost(counts []uint32) int64 {
	kinds, gaps, last := int64(0), int64(0), -1
	for s, n := range counts {
		if n > 0 {
			kinds++
			if s != last+1 {
				gaps++
			}
			last = s
		}
	}
	return codeBits(kinds, gaps, last)
}

// codeBits estimates the size of a prefix code from the number of its symbols, the number of gaps between them, and
// the last symbol.
func codeBits(kinds, gaps int64, last int) int64 {
	switch {
	case kinds < 2 && last < 256:
		return 5
	case kinds == 2 && last < 256:
		return 17
	}
	return 40 + 3*kinds + 6*gaps
}
