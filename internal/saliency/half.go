package saliency

import "math"

// A half is a smooth map at half the resolution in both directions. It has a margin of one cell on each side. A
// cell of the margin repeats the outermost cell of the full map, and not the mean of the two outermost cells.
type half struct {
	values        []float64
	columns, rows int // with the margin
}

// resampling is the variance, in square cells, of the blur that halving (1/4) and interpolating (3/4) add.
const resampling = 1

// surroundings returns the mean colors of the wide surroundings of the cells. These colors are so smooth that half
// the resolution is sufficient. Computing them at half the resolution takes an eighth of the time.
func (c *cells) surroundings() (out [3]half) {
	columns, rows := (c.columns+1)/2+2, (c.rows+1)/2+2
	deviation := surround * float64(min(c.columns, c.rows))
	b := newBlur(columns, rows).by(math.Sqrt(max(float64(deviation*deviation)-resampling, 1)) / 2)
	for k, mean := range c.mean {
		h := half{make([]float64, columns*rows), columns, rows}
		for y := range rows {
			row := func(y int) []float64 { return mean[min(max(y, 0), c.rows-1)*c.columns:][:c.columns] }
			above, below := row(2*y-2), row(2*y-1)
			for x := range columns {
				left, right := min(max(2*x-2, 0), c.columns-1), min(max(2*x-1, 0), c.columns-1)
				h.values[y*columns+x] = (above[left] + above[right] + below[left] + below[right]) / 4
			}
		}
		b.of(h.values, h.values)
		out[k] = h
	}
	return out
}

// row writes row y of the map at full resolution, by linear interpolation.
func (h half) row(dst []float64, y int) {
	row := func(y int) []float64 { return h.values[y*h.columns:][:h.columns] }
	near, far := row(y/2+1), row(y/2+y%2*2)
	at := func(x int) float64 { return float64(0.75*near[x]) + float64(0.25*far[x]) }
	before, here := at(0), at(1)
	for x := 0; x < len(dst); x += 2 {
		after := at(x/2 + 2)
		dst[x] = float64(0.75*here) + float64(0.25*before)
		if x+1 < len(dst) {
			dst[x+1] = float64(0.75*here) + float64(0.25*after)
		}
		before, here = here, after
	}
}
