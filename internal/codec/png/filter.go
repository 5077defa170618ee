package png

import (
	"encoding/binary"
	"math"
)

// A strategy says how the filters of a picture's rows are chosen. The first five are a filter for all
// rows, by its number in the standard (9.2).
type strategy int

const byPairs strategy = filterPaeth + 1 // for each row the one that leaves the fewest different pairs of bytes

// A filterer filters rows. The zero value is ready to use once it has room.
type filterer struct {
	tries [filterPaeth + 1][]byte // filter type and filtered row, one for each filter
	seen  [1 << 16 / 64]uint64    // pairs of bytes
}

// room makes room for rows of n bytes.
func (f *filterer) room(n int) {
	for i := range f.tries {
		f.tries[i] = grow(f.tries[i], n+1)
		f.tries[i][0] = byte(i)
	}
}

// filtered returns the row with a filter type in front. n is the number of bytes of a pixel.
func (f *filterer) filtered(s strategy, row, above []byte, n int) []byte {
	if s < byPairs {
		filterRow(byte(s), f.tries[s][1:], row, above, n)
		return f.tries[s]
	}
	best, least := 0, math.MaxInt
	for i, try := range f.tries {
		filterRow(byte(i), try[1:], row, above, n)
		cost := 5 * f.pairs(try[1:])
		if i == filterNone {
			cost = cost * 4 / 5 // what is not filtered is like other rows, too
		}
		if cost < least {
			best, least = i, cost
		}
	}
	return f.tries[best]
}

// filterRow applies a filter (9.2). All rows have the same length; n is the number of bytes of a pixel.
func filterRow(filter byte, dst, row, above []byte, n int) {
	row, above = row[:len(dst)], above[:len(dst)]
	first := min(n, len(dst))
	switch filter {
	case filterNone:
		copy(dst, row)
	case filterSub:
		copy(dst, row[:first])
		left := row[:len(dst)-first]
		for i, v := range row[first:] {
			dst[first+i] = v - left[i]
		}
	case filterUp:
		for i := range dst {
			dst[i] = row[i] - above[i]
		}
	case filterAverage:
		for i := range first {
			dst[i] = row[i] - above[i]/2
		}
		for i := first; i < len(dst); i++ {
			dst[i] = row[i] - byte((int(row[i-first])+int(above[i]))/2)
		}
	case filterPaeth:
		for i := range first {
			dst[i] = row[i] - above[i]
		}
		for i := first; i < len(dst); i++ {
			dst[i] = row[i] - paeth(int(row[i-first]), int(above[i]), int(above[i-first]))
		}
	}
}

// pairs counts the different pairs of neighboring bytes: a measure of entropy that knows that matches are to
// come.
func (f *filterer) pairs(p []byte) int {
	n := 0
	for i := 1; i < len(p); i++ {
		pair := binary.LittleEndian.Uint16(p[i-1:])
		set := &f.seen[pair/64]
		n += int(^*set >> (pair % 64) & 1)
		*set |= 1 << (pair % 64)
	}
	if len(p) > len(f.seen)/4 {
		clear(f.seen[:])
		return n
	}
	for i := 1; i < len(p); i++ {
		f.seen[binary.LittleEndian.Uint16(p[i-1:])/64] = 0
	}
	return n
}
