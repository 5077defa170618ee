package gif

import "image"

// Compression lives on sequences of pixels that have been before. A softener puts like colors into the place of
// others where that makes such sequences longer, as gifsicle --lossy does.
type softener struct {
	err     func() error
	work    int   // since err was asked
	loss    int32 // the squared distance of colors, in levels, that may take each other's place
	colors  *colours
	first   [2 * maxCodes]uint16 // of the sequences that are longer by a pixel; 0: none
	next    [2 * maxCodes]uint16 // the next one that is longer than the same
	parent  [2 * maxCodes]uint16
	symbol  [2 * maxCodes]uint16
	codes   int // next
	used    int // as compression counts, with those of single pixels and of commands
	visits  int // that are left
	longest int
	cost    int32
	code    uint16
	root    [unchanged + 1]uint16
}

const (
	maxCodes = 1 << 12
	// maxVisits bounds the sequences that are looked at for one, and maxWork those until it is asked whether to end.
	maxVisits = 256
	maxWork   = 1 << 20
)

// soften changes a block of p's indices, of which unchanged ones stay.
func (s *softener) soften(p *picture, block []uint16) {
	s.colors = p.colours
	s.reset()
	for at := 0; at < len(block); {
		if s.work > maxWork {
			if s.work = 0; s.err() != nil {
				return
			}
		}
		code := s.root[block[at]]
		if code == 0 {
			code = s.add(0, block[at])
			s.root[block[at]] = code
		}
		s.visits, s.longest, s.cost, s.code = maxVisits, 1, 0, code
		s.look(code, block[at+1:], 1, 0)
		s.work += maxVisits - s.visits + 1
		end := at + s.longest
		for i, c := end-1, s.code; i >= at; i, c = i-1, s.parent[c] {
			block[i] = s.symbol[c]
		}
		if end < len(block) {
			s.extend(s.code, block[end])
		}
		if s.used++; s.used == maxCodes-1 { // when compression forgets them, too
			s.reset()
		}
		at = end
	}
}

// reset forgets all sequences.
func (s *softener) reset() {
	s.codes = 1 // 0 is none
	s.used = 1 + 1<<max(tableWidth(len(s.colors.table)/3), 2)
	clear(s.root[:])
}

func (s *softener) add(parent, symbol uint16) uint16 {
	c := uint16(s.codes)
	s.codes++
	s.parent[c], s.symbol[c], s.first[c], s.next[c] = parent, symbol, 0, 0
	return c
}

// extend adds a sequence that is longer by a pixel.
func (s *softener) extend(code, symbol uint16) {
	for c := s.first[code]; c != 0; c = s.next[c] {
		if s.symbol[c] == symbol {
			return
		}
	}
	c := s.add(code, symbol)
	s.next[c], s.first[code] = s.first[code], c
}

// look looks for the longest sequence that goes on as block does, and of several for the one of the least cost.
func (s *softener) look(code uint16, block []uint16, length int, cost int32) {
	if length > s.longest || length == s.longest && cost < s.cost {
		s.longest, s.cost, s.code = length, cost, code
	}
	if len(block) == 0 {
		return
	}
	for c := s.first[code]; c != 0 && s.visits > 0; c = s.next[c] {
		s.visits--
		if d := s.distance(s.symbol[c], block[0]); d <= s.loss {
			s.look(c, block[1:], length+1, cost+d)
		}
	}
}

// distance is the squared distance of two indices' colors, more than any loss if either stands for no color.
func (s *softener) distance(a, b uint16) int32 {
	switch {
	case a == b:
		return 0
	case a == unchanged || b == unchanged:
		return far
	}
	return distance(s.colors.packed[a], s.colors.packed[b])
}

const far = 1 << 30

// distance is the squared distance of two colors, more than any loss if either is transparent.
func distance(a, b uint32) int32 {
	if a == 0 || b == 0 {
		return far
	}
	sum := int32(0)
	for i := 0; i < 24; i += 8 {
		d := int32(a>>i&255) - int32(b>>i&255)
		sum += d * d
	}
	return sum
}

// settle lets pixels be as they are on the screen where that is a color of p's, and like theirs.
func (e *Encoder) settle(p *picture) {
	places := make(map[uint32]byte, 256)
	for i := range len(p.table) / 3 {
		places[p.packed[i]] = byte(i)
	}
	for at, index := range p.pix {
		if c, shown := p.packed[index], e.shown[at]; c != shown && distance(c, shown) <= int32(e.Loss) {
			if place, ok := places[shown]; ok {
				p.pix[at] = place
			}
		}
	}
}

// soften changes what is to be seen of p in a rectangle, of which e.sparse is.
func (e *Encoder) soften(p *picture, rect image.Rectangle) {
	if e.softener == nil {
		e.softener = &softener{err: e.ctx.Err, loss: int32(e.Loss)}
	}
	e.softener.soften(p, e.sparse)
	i := 0
	for y := rect.Min.Y; y < rect.Max.Y; y++ {
		for x := rect.Min.X; x < rect.Max.X; x++ {
			if index := e.sparse[i]; index != unchanged {
				p.pix[y*e.size.X+x] = byte(index)
				e.full[i] = index
			}
			i++
		}
	}
}
