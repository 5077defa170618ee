package webp

import (
	"cmp"
	"slices"
)

// A choice is a set of transforms.
type choice struct{ palette, subtractGreen, predict, correlate bool }

// plain reports whether the pixels are neither indexed nor predicted. The green sample may be subtracted.
func (c choice) plain() bool { return !c.palette && !c.predict }

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

// analyze returns sets of transforms worth trying, the best one first. It compares the entropy of the samples. Pixels
// that equal their left or upper neighbor do not count.
func (e *vp8lEncoder) analyze(px []uint32, table *colorTable, few bool) ([]choice, error) {
	if few && len(table.colors) <= 16 {
		switch {
		case len(table.colors) == 1:
			return []choice{{}}, nil
		case len(px) > maxDrafted:
			return []choice{{palette: true}}, nil
		}
		// A small picture often takes fewer bits with the color cache as its palette.
		return []choice{{palette: true}, {subtractGreen: true}}, nil
	}
	var all [2]estimates // estimates of all samples, and of the samples that are not repeated
	var indexed, near estimate
	width := e.width
	samples := int64(0)
	var plain, predicted pairs
	lastD := uint32(0)
	for y := range e.height {
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
		row, above := px[y*width:][:width], px[max(y-1, 0)*width:][:width]
		left, corner := above[0], above[0]
		for x, v := range row {
			top := above[x]
			if y == 0 {
				top, corner = left, left
			}
			if v != left && v != top {
				samples++
				d := subPixels(v, gradient(left, top, corner))
				vGreen, dGreen := withoutGreen(v), withoutGreen(d)
				all[0].plain(v, vGreen)
				all[0].predicted(d, dGreen)
				if plain.add(hash(left, v)) {
					all[1].plain(v, vGreen)
				}
				if predicted.add(hash(lastD, d)) {
					all[1].predicted(d, dGreen)
				}
				lastD = d
				if few {
					i := table.slots[table.slot(v)]
					indexed.counts[i-1]++
					near.counts[uint8(i-table.slots[table.slot(left)])]++
				}
			}
			left, corner = v, top
		}
	}
	tiles := min(int64(tilesOf(width, 4)*tilesOf(e.height, 4))*2, samples)
	list := all[0].candidates(0, 0, tiles)
	fresh := all[1].candidates(plain.bits(), predicted.bits(), tiles)
	if few {
		palette := 20 * int64(len(table.colors))
		c := candidate{choice{palette: true}, indexed.bits() + palette}
		list, fresh = append(list, c), append(fresh, c)
		if len(px) <= maxDrafted && e.effort > 4 { // the estimates are not reliable enough to exclude this choice
			list = append(list, candidate{choice{palette: true, predict: true}, near.bits() + palette + tiles})
		}
	}
	e.busy = int(samples)
	for _, c := range [][]candidate{list, fresh} {
		for _, c := range c {
			if c.predict && !c.palette && (e.residuals == 0 || c.bits < e.residuals) {
				e.residuals = c.bits
			}
		}
	}
	return oneGreen(families(bestOf(list, len(px)), fresh, len(px)), list), nil
}

// oneGreen removes a choice with prediction if subtracting green makes a clear difference. Otherwise both choices are tried:
// subtracting green makes backward references rarer, which the estimates do not show.
func oneGreen(choices []choice, all []candidate) []choice {
	bits := func(c choice) int64 {
		return all[slices.IndexFunc(all, func(o candidate) bool { return o.choice == c })].bits
	}
	spatial := choice{predict: true, correlate: true}
	both := choice{predict: true, correlate: true, subtractGreen: true}
	worse := choice{}
	switch s, b := bits(spatial), bits(both); {
	case b < s-s/5:
		worse = spatial
	case s < b-b/8:
		worse = both
	default:
		return choices
	}
	return slices.DeleteFunc(choices, func(c choice) bool { return c == worse })
}

// families makes sure that choices with and without prediction are tried. Backward references may save far more than
// the estimates show. In a gradient, for example, each row is a shifted copy of the row above.
func families(choices []choice, fresh []candidate, pixels int) []choice {
	slices.SortStableFunc(fresh, func(a, b candidate) int { return cmp.Compare(a.bits, b.bits) })
	for _, c := range fresh {
		missing := !slices.ContainsFunc(choices, func(o choice) bool { return o.predict == c.predict })
		limit := 3 * fresh[0].bits
		if pixels > manyPixels {
			limit = fresh[0].bits
		}
		if c.predict {
			limit = min(limit, fresh[0].bits*17/16)
		}
		if missing && c.bits <= limit {
			choices = append(choices, c.choice)
		}
	}
	return choices
}

// A candidate is a choice with its estimated size in bits.
type candidate struct {
	choice
	bits int64
}

// bestOf returns the best choice, followed by up to two choices with estimates that are not much larger.
func bestOf(all []candidate, pixels int) (choices []choice) {
	slack := int64(2) // how much larger than the best estimate another one may be, in quarters of the best; small pictures have more slack, so that more choices are tried
	if pixels > 1<<14 {
		slack = 1
	}
	if pixels > maxDrafted {
		slack = 0
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.bits, b.bits) })
	for _, c := range all {
		limit := all[0].bits + all[0].bits*slack/4
		if c.predict && !all[0].predict { // an estimate is accurate with prediction, and too high without
			limit = all[0].bits + all[0].bits/16
		}
		if c.bits <= limit && len(choices) < 3 && !(c.plain() && slices.ContainsFunc(choices, choice.plain)) {
			choices = append(choices, c.choice)
		}
	}
	return choices
}
