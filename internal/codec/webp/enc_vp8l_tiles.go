package webp

import "errors"

// tileCounts holds the symbol counts of each tile as symbol<<20 | count. The symbols are renumbered, without those
// that do not occur in the image.
type tileCounts struct {
	alphabets
	number  []uint16 // number of each symbol
	symbol  []uint16 // symbol of each number, counted from the start of its alphabet
	entries []uint32
	start   []int32 // index in entries of the first entry of each tile; the last element is the end of the last tile
}

func newTileCounts(a alphabets, whole []uint32) *tileCounts {
	t := &tileCounts{number: make([]uint16, a.end)}
	ends := []*int{&t.red, &t.blue, &t.alpha, &t.distance, &t.end}
	a.each(func(from, to int) {
		for s := from; s < to; s++ {
			if whole[s] > 0 {
				t.number[s] = uint16(len(t.symbol))
				t.symbol = append(t.symbol, uint16(s-from))
			}
		}
		*ends[0], ends = len(t.symbol), ends[1:]
	})
	return t
}

// whole converts counts by symbol to counts by number.
func (t *tileCounts) whole(counts []uint32) []uint32 {
	by := make([]uint32, t.end)
	for s, n := range counts {
		if n > 0 {
			by[t.number[s]] = n
		}
	}
	return by
}

// counts converts counts by number to counts by symbol.
func (t *tileCounts) counts(by []uint32, whole []uint32) []uint32 {
	counts := make([]uint32, len(whole))
	for s, n := range whole {
		if n > 0 {
			counts[s] = by[t.number[s]]
		}
	}
	return counts
}

func (t *tileCounts) tile(i int) []uint32 { return t.entries[t.start[i]:t.start[i+1]] }

// tileBitsFor returns the logarithm of the tile size for an image.
func tileBitsFor(width, height int) uint {
	b := uint(4)
	for b < 9 && (tilesOf(width, b)*tilesOf(height, b) > maxTiles || tilesOf(width, b) > 64) {
		b++
	}
	return b
}

// countTiles counts the symbols of each tile.
func (e *vp8lEncoder) countTiles(p *parsing, a alphabets, whole []uint32, tileBits uint) (*tileCounts, error) {
	across, height := tilesOf(p.width, tileBits), len(p.px)/p.width
	t := newTileCounts(a, whole)
	dense, err := takenFor[uint32](e, across*t.end, 4)
	if err != nil {
		return nil, err
	}
	defer e.give(4 * int64(len(dense)))
	down := tilesOf(height, tileBits)
	t.start = make([]int32, 1, across*down+1)
	y, rowStart := 0, 0
	flush := func() error {
		if err := e.grow(t, dense); err != nil {
			return err
		}
		for x := range across {
			counts := dense[x*t.end:][:t.end]
			for s, n := range counts {
				if n > 0 {
					t.entries = append(t.entries, uint32(s)<<20|n)
				}
			}
			t.start = append(t.start, int32(len(t.entries)))
		}
		clear(dense)
		return nil
	}
	s := p.walk(e.ctx)
	for s.ok() {
		for s.at-rowStart >= p.width {
			rowStart += p.width
			y++
			if y&(1<<tileBits-1) == 0 {
				if err := flush(); err != nil {
					return nil, err
				}
			}
		}
		x := (s.at - rowStart) >> tileBits
		counts := dense[x*t.end:][:t.end]
		list, n := s.symbols(&a)
		for _, symbol := range list[:n] {
			counts[t.number[symbol]]++
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	for len(t.start) < across*down+1 {
		if err := flush(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// errManySymbols means that the counts of the tiles would take more memory than the picture.
var errManySymbols = errors.New("too many symbols")

// grow makes room for the entries of the tiles in dense.
func (e *vp8lEncoder) grow(t *tileCounts, dense []uint32) error {
	need := len(t.entries)
	for _, n := range dense {
		if n > 0 {
			need++
		}
	}
	if need <= cap(t.entries) {
		return nil
	}
	if need > max(len(e.parsing.px), 1<<14) {
		return errManySymbols
	}
	entries, err := takenFor[uint32](e, max(need, cap(t.entries)*3/2), 4)
	if err != nil {
		return err
	}
	n := copy(entries, t.entries)
	e.give(4 * int64(cap(t.entries)))
	t.entries = entries[:n]
	return nil
}

// entropy returns the price of a tile's symbols in optimal codes. The price of storing the codes is not included.
func (t *tileCounts) entropy(tile int) (sum int64) {
	entries := t.tile(tile)
	ends := [...]int{t.red, t.blue, t.alpha, t.distance, t.end}
	for _, end := range ends {
		total, part := uint32(0), int64(0)
		for len(entries) > 0 && int(entries[0]>>20) < end {
			n := entries[0] & (1<<20 - 1)
			total += n
			part += nLog2(n)
			entries = entries[1:]
		}
		if total > 0 {
			sum += int64(total)*int64(log2Price(total)) - part
		}
	}
	return sum
}
