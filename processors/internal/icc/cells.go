package icc

import "sync/atomic"

// cells are a shortcut through a Transform of RGB that is slow: the space of its inputs in cells, in which a colour is interpolated between
// the corners. Those of a lookup table are whole fractions of the cells of its grid, so that its curves and corners are kept. The shortcut is
// taken only in cells where it has been tried to be right, and only those are made that are wanted: a photo has some thousands.
// BenchmarkApply says what it saves. Whether a colour took the shortcut, which other pictures may have made, is at most a level of difference.
//
// Goroutines may share it.
type cells struct {
	number [3]int // of cells along each input
	step   [3]int // from one to the next
	place  [3][256]uint32
	cell   []atomic.Pointer[cell]
	made   atomic.Int32
}

// A cell has its corners in sRGB, each packed. Along the first input the next one is 4 further, then 2 and 1.
type cell [8]uint64

// winding stands for all cells in which the shortcut would be wrong.
var winding cell

const (
	aboutCells = 48      // along an input
	maxSpace   = 1 << 19 // in all
	worthwhile = 8       // pixels of one picture in a cell, from which on it is made
	maxCells   = 1 << 15 // that are made of one Transform: 2 MB
	tolerable  = 0.5     // levels that interpolation may be wrong by
)

// A place is where a sample is along its input: the cell (times step), how many 256ths of the cell it is in, and as the key to the
// corner across, 4, 2 or 1.
const (
	placeCell = 12
	placeIn   = 3
	placeMask = 1<<placeCell - 1
)

// newCells returns nil if there would be too many. Four inks would have twice the corners, and gain next to nothing.
func newCells(t *Transform) *cells {
	c, total := new(cells), 1
	for i := range c.number {
		parts := t.parts(i)
		perPart := max((aboutCells+parts/2)/parts, 1)
		c.number[i], c.step[i] = perPart*parts, total
		if total *= c.number[i]; total > maxSpace {
			return nil
		}
		for v := range c.place[i] {
			at := t.position(i, v) * float32(perPart)
			n := min(int(at), c.number[i]-1)
			c.place[i][v] = uint32(n*c.step[i])<<placeCell | uint32((at-float32(n))*256+0.5)<<placeIn | 4>>i
		}
	}
	c.cell = make([]atomic.Pointer[cell], total)
	return c
}

// size is how many bytes they may come to take.
func (c *cells) size() int { return 8*len(c.cell) + 8*len(cell{})*maxCells }
