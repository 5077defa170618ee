package webp

import "errors"

// A code locates the lookup table of a prefix code (RFC 9649, 6.2) in the table of its group. The root table is
// indexed by the next rootBits bits, or fewer if all codes are shorter. An entry holds a symbol, and the length of its
// code in the lowest 4 bits. If the code is longer than rootBits, the entry refers to a second table, which is indexed
// by the bits that follow.
type code struct {
	start uint16
	mask  uint16
}

const (
	rootBits  = 8
	maxLength = 15
)

// Alphabet sizes. The color cache adds its entries to the first alphabet.
const (
	greenSymbols    = 256 + 24
	literalSymbols  = 256
	distanceSymbols = 40
	maxCacheBits    = 11
	maxSymbols      = greenSymbols + 1<<maxCacheBits
)

// maxGroup is the largest number of table entries of a group's five codes. With a root table of rootBits bits, codes of
// 2328, 256 and 40 symbols need at most 2704, 630 and 410 entries, according to zlib's program enough.c.
const maxGroup = 2704 + 3*630 + 410

var errCode = errors.New("webp: invalid prefix code")

// lengths holds the symbols of a code whose length is not 0, and their lengths.
type lengths struct {
	of      [maxSymbols]uint8
	symbols []uint16 // in ascending order
	scratch [maxSymbols]uint16
	sorted  [maxSymbols]uint16
	table   [maxGroup]uint16
	used    int // number of used entries of table
}

func (l *lengths) reset() { l.symbols = l.scratch[:0] }

func (l *lengths) add(symbol int, length uint8) {
	l.of[symbol] = length
	l.symbols = append(l.symbols, uint16(symbol))
}

// build appends the lookup table of the code to l.table.
func (l *lengths) build() (c code, err error) {
	t := l.table[l.used:]
	c.start = uint16(l.used)
	if len(l.symbols) == 1 { // a single symbol takes no bits
		t[0] = l.symbols[0] << 4
		l.used++
		return c, nil
	}
	var count, next [maxLength + 1]int
	for _, s := range l.symbols {
		count[l.of[s]]++
	}
	longest, open, at := 0, 1, 0
	for n := 1; n <= maxLength; n++ {
		open = 2*open - count[n]
		if open < 0 {
			return c, errCode
		}
		next[n] = at
		at += count[n]
		if count[n] > 0 {
			longest = n
		}
	}
	if open != 0 || longest == 0 {
		return c, errCode
	}
	for _, s := range l.symbols {
		n := l.of[s]
		l.sorted[next[n]] = s
		next[n]++
	}
	root := min(longest, rootBits)
	c.mask = 1<<root - 1
	l.used += fillTables(t, l.sorted[:at], &count, root)
	return c, nil
}

// fillTables fills the lookup tables of a code. The symbols are sorted by length, and count[n] of them have n bits. It
// returns the number of entries.
func fillTables(t []uint16, sorted []uint16, count *[maxLength + 1]int, root int) int {
	key := 0 // the code, with its first bit in the lowest place
	for n := 1; n <= root; n++ {
		for _, s := range sorted[:count[n]] {
			t[key] = s<<4 | uint16(n)
			key = nextKey(key, n)
		}
		sorted = sorted[count[n]:]
		if n < root {
			copy(t[1<<n:2<<n], t[:1<<n])
		}
	}
	size, low := 1<<root, -1
	var sub []uint16
	for n := root + 1; n <= maxLength; n++ {
		for i, s := range sorted[:count[n]] {
			if key&(1<<root-1) != low {
				low = key & (1<<root - 1)
				bits := subBits(count, n, i, root)
				t[low] = uint16(size)<<4 | uint16(rootBits+bits)
				sub = t[size : size+1<<bits]
				size += 1 << bits
			}
			for k := key >> root; k < len(sub); k += 1 << (n - root) {
				sub[k] = s<<4 | uint16(n)
			}
			key = nextKey(key, n)
		}
		sorted = sorted[count[n]:]
	}
	return size
}

// subBits returns the number of index bits of a second table whose first symbol is number i of the symbols with n
// bits.
func subBits(count *[maxLength + 1]int, n, i, root int) int {
	left := 1<<(n-root) - (count[n] - i)
	for n < maxLength && left > 0 {
		n++
		left = 2*left - count[n]
	}
	return n - root
}

// nextKey increments a number of n bits whose bits are in reversed order.
func nextKey(key, n int) int {
	step := 1 << (n - 1)
	for key&step != 0 {
		step >>= 1
	}
	return key&(step-1) | step
}

// Symbols of the code length code (RFC 9649, 6.2.1).
var lengthOrder = [19]uint8{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

const (
	repeatLast = 16 + iota // repeats the last nonzero length
	repeatZero
	repeatZeros
)

// readLengths reads the code lengths of n symbols into l.
func (b *bitReader) readLengths(l *lengths, symbols int) error {
	l.reset()
	if b.flag() {
		return b.readSimple(l, symbols)
	}
	n := 4 + int(b.read(4))
	var order [19]uint8
	for i := range n {
		order[lengthOrder[i]] = uint8(b.read(3))
	}
	for s, n := range order {
		if n != 0 {
			l.add(s, n)
		}
	}
	used := l.used
	c, err := l.build()
	if err != nil {
		return err
	}
	table := l.table[c.start:]
	l.used = used // the next code may overwrite the tables of this one
	l.reset()
	left := symbols
	if b.flag() {
		if left = 2 + int(b.read(2+2*uint(b.read(3)))); left > symbols {
			return errCode
		}
	}
	last := uint8(8)
	for s := 0; s < symbols && left > 0; left-- {
		if b.n < 32 {
			b.fill()
		}
		e := table[b.v&uint64(c.mask)]
		b.v >>= e & 15
		b.n -= uint(e & 15)
		switch n := uint8(e >> 4); {
		case n == 0:
			s++
		case n < repeatLast:
			l.add(s, n)
			last = n
			s++
		default:
			run := 3
			switch n {
			case repeatLast:
				run += int(b.read(2))
			case repeatZero:
				run += int(b.read(3))
			case repeatZeros:
				run = 11 + int(b.read(7))
			}
			if s+run > symbols {
				return errCode
			}
			if n == repeatLast {
				for i := range run {
					l.add(s+i, last)
				}
			}
			s += run
		}
	}
	return nil
}

// readSimple reads a simple code of one or two symbols.
func (b *bitReader) readSimple(l *lengths, symbols int) error {
	two := b.flag()
	n := uint(1)
	if b.flag() {
		n = 8
	}
	first := int(b.read(n))
	second := first
	if two {
		second = int(b.read(8))
	}
	if second < first {
		first, second = second, first
	}
	if first < symbols {
		l.add(first, 1)
	}
	if second != first && second < symbols {
		l.add(second, 1)
	}
	return nil
}
