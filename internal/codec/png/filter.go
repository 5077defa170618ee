package png

import (
	"bytes"
	"encoding/binary"
	"math"
)

// A strategy selects the filter of each row. The first five strategies use one filter for all rows and have the number
// of that filter (9.2).
type strategy int

const byPairs strategy = filterPaeth + 1 // for each row, the filter that leaves the fewest distinct pairs of neighboring bytes

// A filterer filters rows. Call room before the first row.
type filterer struct {
	tries [filterPaeth + 1][]byte // for each filter: filter type and filtered row
	seen  [1 << 16]uint8          // for each pair of bytes: the value of turn when the pair last occurred
	turn  uint8
	best  int // the filter of the last row, if the strategy is byPairs
}

// room allocates buffers for rows of n bytes.
func (f *filterer) room(n int) {
	for i := range f.tries {
		f.tries[i] = grow(f.tries[i], n+1)
		f.tries[i][0] = byte(i)
	}
}

// filtered returns the filtered row, preceded by its filter type. n is the number of bytes per pixel.
func (f *filterer) filtered(s strategy, row, above []byte, n int) []byte {
	if s < byPairs {
		filterRow(byte(s), f.tries[s][1:], row, above, n)
		return f.tries[s]
	}
	if bytes.Equal(row, above) { // a shortcut: no other filter leaves fewer pairs
		same := filterUp
		if len(row) < 2 || bytes.Equal(row[1:], row[:len(row)-1]) {
			same = filterNone
		}
		filterRow(byte(same), f.tries[same][1:], row, above, n)
		return f.tries[same]
	}
	best, least := 0, math.MaxInt
	try := func(i int) {
		weight := 5
		if i == filterNone {
			weight = 4 // unfiltered rows may also match other rows
		}
		p := f.tries[i][1:]
		filterRow(byte(i), p, row, above, n)
		if cost := weight * f.pairs(p, least/weight); cost < least || cost == least && i < best {
			best, least = i, cost
		}
	}
	first := f.best // the best filter of the previous row is often the best again; then the other tries end early
	try(first)
	for i := range f.tries {
		if i != first {
			try(i)
		}
	}
	f.best = best
	return f.tries[best]
}

// pairs counts the distinct pairs of neighboring bytes. The count is a measure of entropy that favors repetitions, because
// deflate finds them as matches. If the count exceeds the limit most, pairs stops and returns a number above that limit.
func (f *filterer) pairs(p []byte, most int) int {
	if f.turn++; f.turn == 0 {
		clear(f.seen[:])
		f.turn = 1
	}
	n, turn := 0, f.turn
	see := func(pair uint16) {
		fresh := 0
		if f.seen[pair] != turn {
			fresh = 1
		}
		n += fresh
		f.seen[pair] = turn
	}
	for ; len(p) > 8 && n <= most; p = p[8:] {
		v := binary.LittleEndian.Uint64(p)
		if v == v&255*0x0101010101010101 { // eight equal bytes are one pair
			see(uint16(v))
		} else {
			see(uint16(v))
			see(uint16(v >> 8))
			see(uint16(v >> 16))
			see(uint16(v >> 24))
			see(uint16(v >> 32))
			see(uint16(v >> 40))
			see(uint16(v >> 48))
		}
		see(uint16(v>>56) | uint16(p[8])<<8)
	}
	for ; len(p) > 1 && n <= most; p = p[1:] {
		see(binary.LittleEndian.Uint16(p))
	}
	return n
}
