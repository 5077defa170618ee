package quantize

import (
	"cmp"
	"image/color"
	"slices"
)

// A search finds the nearest of some points. They are sorted by lightness, so that few have to be looked at.
type search struct {
	points []point
	places []int32 // of points, in the order in which they were given
	ranks  []int32 // by that order
	grid   []int16 // nearest by the upper bits of opaque colors, plus 1
}

// gridBits is how many bits of a sample of an opaque color are looked at.
const gridBits = 6

// set takes points.
func (s *search) set(points []point) {
	s.points, s.places, s.ranks = s.points[:0], s.places[:0], s.ranks[:0]
	for i := range points {
		s.places = append(s.places, int32(i))
		s.ranks = append(s.ranks, 0)
	}
	slices.SortFunc(s.places, func(a, b int32) int { return cmp.Compare(points[a][0], points[b][0]) })
	for rank, place := range s.places {
		s.points = append(s.points, points[place])
		s.ranks[place] = int32(rank)
	}
	clear(s.grid)
}

// nearest returns the place of the nearest point, and the squared distance. It looks around the one at
// guess first.
func (s *search) nearest(p *point, guess int) (place int, distance float32) {
	start := 0
	if guess < len(s.ranks) {
		start = int(s.ranks[guess])
	}
	best, distance := start, p.to(&s.points[start])
	for up := start + 1; up < len(s.points); up++ {
		q := &s.points[up]
		if gap := q[0] - p[0]; gap > 0 && gap*gap >= distance {
			break
		}
		if d := p.to(q); d < distance {
			best, distance = up, d
		}
	}
	for down := start - 1; down >= 0; down-- {
		q := &s.points[down]
		if gap := p[0] - q[0]; gap > 0 && gap*gap >= distance {
			break
		}
		if d := p.to(q); d < distance {
			best, distance = down, d
		}
	}
	return int(s.places[best]), distance
}

// Index returns the place of the color that is nearest to an opaque one.
func (p *Palette) Index(r, g, b uint8) int {
	s := &p.search
	if s.grid == nil {
		s.grid = make([]int16, 1<<(3*gridBits))
	}
	const drop = 8 - gridBits
	at := &s.grid[int(r)>>drop<<(2*gridBits)|int(g)>>drop<<gridBits|int(b)>>drop]
	if *at == 0 {
		middle := func(v uint8) uint8 { return v>>drop<<drop | 1<<(drop-1) }
		q := pointOf(color.NRGBA{middle(r), middle(g), middle(b), 255})
		place, _ := s.nearest(&q, len(p.Colors)/2)
		*at = int16(place + 1)
	}
	return int(*at) - 1
}

// paletteBytes is the memory of a Palette at most.
const paletteBytes = 2<<(3*gridBits) + 1<<14
