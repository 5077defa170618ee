package webp

import (
	"cmp"
	"slices"
)

// A choice is a set of transforms.
type choice struct{ palette, subtractGreen, predict, correlate bool }

// plain reports whether the pixels are neither indexed nor predicted. The green sample may be subtracted.
func (c choice) plain() bool { return !c.palette && !c.predict }

// A candidate is a choice with its estimated size in bits.
type candidate struct {
	choice
	bits int64
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
	if !few {
		table = nil
	}
	s := survey{table: table}
	for y := range e.height {
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
		row, above := px[y*e.width:][:e.width], px[max(y-1, 0)*e.width:][:e.width]
		s.add(row, above, y == 0)
	}
	e.busy = int(s.samples)
	tiles := min(int64(tilesOf(e.width, 4)*tilesOf(e.height, 4))*2, s.samples)
	list, fresh := s.candidates(tiles, len(px) <= maxDrafted && e.effort > 4)
	for _, c := range slices.Concat(list, fresh) {
		if c.predict && !c.palette && (e.residuals == 0 || c.bits < e.residuals) {
			e.residuals = c.bits
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
