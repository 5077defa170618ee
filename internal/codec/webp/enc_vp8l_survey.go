package webp

// An estimate counts the samples of the pixels that differ from their left and upper neighbors.
type estimate struct{ counts [4 * 256]uint32 }

func (s *estimate) add(v uint32) {
	s.counts[v&0xff]++
	s.counts[256+v>>8&0xff]++
	s.counts[512+v>>16&0xff]++
	s.counts[768+v>>24]++
}

func (s *estimate) bits() (sum int64) {
	for c := 0; c < len(s.counts); c += 256 {
		sum += symbolCost(s.counts[c : c+256])
	}
	return sum
}

// pairs counts repeated pairs of consecutive samples. Repeated pairs are likely to become part of a backward
// reference.
type pairs struct {
	last     [1 << 12]uint32
	repeated int64
}

// add adds the pair with hash h, and reports whether the pair is new.
func (p *pairs) add(h uint32) bool {
	last := &p.last[h>>20]
	if *last == h {
		p.repeated++
		return false
	}
	*last = h
	return true
}

// bits estimates the size of the repeated pairs.
func (p *pairs) bits() int64 { return 5 * p.repeated }

// estimates are the estimates without transforms, with green subtracted, with prediction, and with both.
type estimates struct{ direct, green, spatial, both estimate }

func (s *estimates) plain(v, withoutGreen uint32) {
	s.direct.add(v)
	s.green.add(withoutGreen)
}

func (s *estimates) predicted(d, withoutGreen uint32) {
	s.spatial.add(d)
	s.both.add(withoutGreen)
}

func (s *estimates) candidates(plain, predicted, tiles int64) []candidate {
	return []candidate{
		{choice{}, s.direct.bits() + plain},
		{choice{subtractGreen: true}, s.green.bits() + plain},
		{choice{predict: true, correlate: true}, s.spatial.bits() + predicted + tiles},
		{choice{predict: true, correlate: true, subtractGreen: true}, s.both.bits() + predicted + tiles},
	}
}

// A survey estimates the size of a picture with several sets of transforms. Pixels that equal their left or upper neighbor do not
// count.
type survey struct {
	table            *colorTable // the palette; nil if there is none
	all, fresh       estimates   // estimates of all samples, and of the samples that are not repeated
	indexed, near    estimate    // indices of the palette, and their differences from the index on the left
	plain, predicted pairs
	last             uint32 // the last difference from the prediction
	samples          int64
}

// add adds a row of pixels. The first row is its own row above.
func (s *survey) add(row, above []uint32, first bool) {
	left, corner := above[0], above[0]
	for x, v := range row {
		top := above[x]
		if first {
			top, corner = left, left
		}
		if v != left && v != top {
			s.pixel(v, left, top, corner)
		}
		left, corner = v, top
	}
}

func (s *survey) pixel(v, left, top, corner uint32) {
	s.samples++
	d := subPixels(v, gradient(left, top, corner))
	vGreen, dGreen := withoutGreen(v), withoutGreen(d)
	s.all.plain(v, vGreen)
	s.all.predicted(d, dGreen)
	if s.plain.add(hash(left, v)) {
		s.fresh.plain(v, vGreen)
	}
	if s.predicted.add(hash(s.last, d)) {
		s.fresh.predicted(d, dGreen)
	}
	s.last = d
	if t := s.table; t != nil {
		i := t.slots[t.slot(v)]
		s.indexed.counts[i-1]++
		s.near.counts[uint8(i-t.slots[t.slot(left)])]++
	}
}

// candidates returns the sets of transforms with their estimates: those of all samples, and those of the samples that are not
// repeated. tiles is the estimated size of the tiles of a prediction. The palette with prediction is only among the former, and only if
// both is true.
func (s *survey) candidates(tiles int64, both bool) (list, fresh []candidate) {
	list = s.all.candidates(0, 0, tiles)
	fresh = s.fresh.candidates(s.plain.bits(), s.predicted.bits(), tiles)
	if s.table == nil {
		return list, fresh
	}
	palette := 20 * int64(len(s.table.colors))
	c := candidate{choice{palette: true}, s.indexed.bits() + palette}
	list, fresh = append(list, c), append(fresh, c)
	if both { // the estimates are not reliable enough to exclude this choice
		list = append(list, candidate{choice{palette: true, predict: true}, s.near.bits() + palette + tiles})
	}
	return list, fresh
}
