package quantize

import (
	"cmp"
	"image/color"
	"slices"
)

// A search finds the nearest of several points. The points are sorted by lightness, so that it examines few of them.
type search struct {
	points  []point
	indices []int32  // the index in the palette of each point
	ranks   []int32  // the index in points of each color of the palette
	few     []uint32 // hash table of grid cells, used until grid exists; an element has the cell, and in its low 9 bits the index plus 1
	missed  int      // number of look-ups that few could not answer
	grid    []int16  // index of the nearest color, plus 1, by the upper bits of an opaque color; 0 if not yet known
}

// fewCells is the number of slots of few. A small picture is drawn with few alone, because clearing the grid would take longer
// than drawing the picture.
const fewCells = 1 << 11

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
	clear(s.few)
}

// nearest returns the index of the nearest point, and the squared distance. The search starts at the point with the index
// guess. It is faster if that point is near p.
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

// Index returns the index of the palette color that is nearest to an opaque color.
func (p *Palette) Index(r, g, b uint8) int {
	const drop = 8 - gridBits
	s, cell := &p.search, int(r)>>drop<<(2*gridBits)|int(g)>>drop<<gridBits|int(b)>>drop
	if s.grid != nil {
		if s.grid[cell] == 0 {
			s.grid[cell] = int16(p.middle(r, g, b) + 1)
		}
		return int(s.grid[cell]) - 1
	}
	if s.few == nil {
		s.few = make([]uint32, fewCells)
	}
	slot := &s.few[cell*0x9e37>>4&(len(s.few)-1)]
	if int(*slot>>9) == cell && *slot&511 != 0 {
		return int(*slot&511) - 1
	}
	index := p.middle(r, g, b)
	*slot = uint32(cell<<9 | (index + 1))
	if s.missed++; s.missed > 2*len(s.few) {
		s.grid = make([]int16, 1<<(3*gridBits))
	}
	return index
}

// middle returns the index of the color that is nearest to the middle of the grid cell of an opaque color.
func (p *Palette) middle(r, g, b uint8) int {
	const drop = 8 - gridBits
	middle := func(v uint8) uint8 { return v>>drop<<drop | 1<<(drop-1) }
	q := pointOf(color.NRGBA{middle(r), middle(g), middle(b), 255})
	index, _ := p.search.nearest(&q, len(p.Colors)/2)
	return index
}

// paletteBytes is the maximum memory of a Palette.
const paletteBytes = 2<<(3*gridBits) + 1<<14
