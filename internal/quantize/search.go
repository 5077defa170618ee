package quantize

import (
	"cmp"
	"image/color"
	"slices"
)

// A search finds the nearest of several points. The points are sorted by lightness, so that it examines few of them.
type search struct {
	points  []point
	indices []int32 // the index in the palette of each point
	ranks   []int32 // the index in points of each color of the palette
	grid    []int16 // the index of the nearest color by the upper bits of opaque colors, plus 1; 0 if not yet known
}

// gridBits is the number of upper bits of each sample of an opaque color that [Palette.Index] considers.
const gridBits = 6

// set sets the points, in the order of the palette.
func (s *search) set(points []point) {
	s.points, s.indices, s.ranks = s.points[:0], s.indices[:0], s.ranks[:0]
	for i := range points {
		s.indices = append(s.indices, int32(i))
		s.ranks = append(s.ranks, 0)
	}
	slices.SortFunc(s.indices, func(a, b int32) int { return cmp.Compare(points[a][0], points[b][0]) })
	for rank, index := range s.indices {
		s.points = append(s.points, points[index])
		s.ranks[index] = int32(rank)
	}
	clear(s.grid)
}

// nearest returns the index of the nearest point, and the squared distance. The search starts at the point with the index
// guess, and is faster if that is near.
func (s *search) nearest(p *point, guess int) (index int, distance float32) {
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
	return int(s.indices[best]), distance
}

// Index returns the index of the color that is nearest to an opaque color.
func (p *Palette) Index(r, g, b uint8) int {
	s := &p.search
	if s.grid == nil {
		s.grid = make([]int16, 1<<(3*gridBits))
	}
	const drop = 8 - gridBits
	at := &s.grid[int(r)>>drop<<(2*gridBits)|int(g)>>drop<<gridBits|int(b)>>drop]
	if *at == 0 {
		center := func(v uint8) uint8 { return v>>drop<<drop | 1<<(drop-1) }
		q := pointOf(color.NRGBA{center(r), center(g), center(b), 255})
		index, _ := s.nearest(&q, len(p.Colors)/2)
		*at = int16(index + 1)
	}
	return int(*at) - 1
}

// paletteBytes is the maximum memory of a Palette.
const paletteBytes = 2<<(3*gridBits) + 1<<14
