package deflate

import (
	"encoding/binary"
	"math/bits"
)

const (
	window   = 1 << 15
	minMatch = 3
	maxMatch = 258
)

// A matcher finds earlier occurrences of the bytes at a position. It follows hash chains of positions whose first
// four bytes have the same hash. For matches of three bytes it keeps only the last position of each hash.
type matcher struct {
	data   []byte
	hashed int     // positions before this one have been inserted or skipped
	shift  uint    // right shift that gives the hash of four bytes
	head   []int32 // last position, plus 1, by hash of four bytes
	head3  []int32 // last position, plus 1, by hash of three bytes
	prev   []int32 // previous position in the chain, plus 1, by position in the window
}

const hash3Bits = 14

func hashBits(n int) int { return min(max(bits.Len(uint(n)), 9), 15) }

// windowOf returns the number of positions to keep for n bytes of data, a power of two.
func windowOf(n int) int { return 1 << min(bits.Len(uint(n)), 15) }

// reset forgets all positions.
func (m *matcher) reset(data []byte) {
	h := hashBits(len(data))
	m.data, m.hashed, m.shift = data, 0, uint(32-h)
	m.head, m.head3 = room(m.head, 1<<h), room(m.head3, 1<<min(h, hash3Bits))
	clear(m.head)
	clear(m.head3)
	m.prev = room(m.prev, windowOf(len(data)))
}

func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

const multiplier = 2654435761 // 2³² divided by the golden ratio

func (m *matcher) hash4(v uint32) uint32 { return v * multiplier >> m.shift }

// hash3 returns the hash of three bytes. Its lowest bits are the index of head3.
func hash3(v uint32) uint32 { return v << 8 * multiplier >> (32 - hash3Bits) }

// insert adds all positions before end to the hash tables.
func (m *matcher) insert(end int) {
	end = min(end, len(m.data)-3)
	if m.hashed >= end {
		return
	}
	data, head, head3, prev, shift := m.data[:end+3], m.head, m.head3, m.prev, m.shift&31 // local copies stay in registers
	mask, mask3 := len(prev)-1, uint32(len(head3)-1)
	for at := m.hashed; at < end; at++ {
		v := binary.LittleEndian.Uint32(data[at:])
		h := v * multiplier >> shift
		prev[at&mask] = head[h]
		head[h] = int32(at + 1)
		head3[hash3(v)&mask3] = int32(at + 1)
	}
	m.hashed = end
}

// skip excludes the positions before end that have not been inserted.
func (m *matcher) skip(end int) { m.hashed = max(m.hashed, end) }

// find returns the longest match at a position, if it has more than best bytes. If several matches are equally long,
// it returns the nearest one. chain is the maximum number of positions that it compares; it stops at a match of nice
// bytes. All earlier positions must have been inserted. Distance 0 means that there is no match.
func (m *matcher) find(at, best, chain, nice int) (length, distance int) {
	data, prev := m.data, m.prev
	most := min(maxMatch, len(data)-at)
	if most < 4 || best >= most {
		return best, 0
	}
	nice = min(nice, most)
	here := data[at : at+most]
	v := binary.LittleEndian.Uint32(here)
	oldest := max(at-window, 0)
	if best < minMatch {
		if c := int(m.head3[hash3(v)&uint32(len(m.head3)-1)]) - 1; c >= oldest && (binary.LittleEndian.Uint32(data[c:])^v)&0xffffff == 0 {
			distance = at - c
		}
		best = minMatch
	}
	mask := len(prev) - 1
	last := binary.LittleEndian.Uint32(here[best-3:]) // a longer match has these bytes as well
	for c := int(m.head[m.hash4(v)]) - 1; c >= oldest && chain > 0; chain-- {
		if binary.LittleEndian.Uint32(data[c+best-3:]) == last && binary.LittleEndian.Uint32(data[c:]) == v {
			if n := common(data[c:], here); n > best {
				best, distance = n, at-c
				if n >= nice {
					break
				}
				last = binary.LittleEndian.Uint32(here[best-3:])
			}
		}
		c = int(prev[c&mask]) - 1
	}
	return best, distance
}

// common returns the length of the common prefix of a and b. b must not be longer than a.
func common(a, b []byte) int {
	n := 0
	a = a[:len(b)]
	for ; n+8 <= len(b); n += 8 {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
	}
	for n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
