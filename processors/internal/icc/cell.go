package icc

import (
	"math"
	"sync"
)

// between interpolates tetrahedrally, as lut.tetrahedral does, where a colour has the places x, y and z in the cell. The result is multiplied
// by 256.
func (c *cell) between(x, y, z uint32) uint64 {
	high, middle, low := descending(int64(x&placeMask), int64(y&placeMask), int64(z&placeMask))
	p, q, r, s := c[0], c[high&7], c[(high+middle)&7], c[7]
	return p<<8 + uint64(high>>placeIn)*(q-p) + uint64(middle>>placeIn)*(r-q) + uint64(low>>placeIn)*(s-r)
}

// trials are where in a cell interpolation is tried, in eighths: in the middle, and in each of the tetrahedra.
var trials = [...][3]uint32{{4, 4, 4}, {1, 3, 6}, {1, 6, 3}, {3, 1, 6}, {3, 6, 1}, {6, 1, 3}, {6, 3, 1}}

// makeCell computes the corners of a cell, tries and keeps it. Two goroutines may make the same one.
func (t *Transform) makeCell(at uint32) *cell {
	if t.cells.made.Load() >= maxCells {
		return &winding
	}
	t.cells.made.Add(1)
	var origin [3]float32
	for i, rest := len(origin)-1, int(at); i >= 0; i-- {
		origin[i] = float32(rest / t.cells.step[i])
		rest %= t.cells.step[i]
	}
	const corners = len(cell{})
	var colours [corners + len(trials)][3]float32
	for i := range corners {
		colours[i] = [3]float32{origin[0] + float32(i>>2), origin[1] + float32(i>>1&1), origin[2] + float32(i&1)}
	}
	for i, s := range trials {
		for j, v := range s {
			colours[corners+i][j] = origin[j] + float32(v)/8
		}
	}
	out := t.unclipped(&colours)
	c, good := new(cell), true
	for i := range c {
		c[i] = pack(out[i])
	}
	for i, s := range trials {
		place := func(input int) uint32 { return s[input]<<(5+placeIn) | 4>>input }
		v := c.between(place(0), place(1), place(2))
		for channel, right := range out[corners+i] {
			got := float64(v>>(channel*lane)&(1<<lane-1))/(white<<8) - 0.5
			good = good && math.Abs(clip(got)-clip(float64(right)))*255 <= tolerable
		}
	}
	if !good {
		c = &winding
	}
	t.cells.cell[at].Store(c)
	return c
}

// unclipped takes colours, in cells along each input, to encoded sRGB, of which 1 is white.
func (t *Transform) unclipped(colours *[len(cell{}) + len(trials)][3]float32) (out [len(cell{}) + len(trials)][3]float32) {
	var line [4 * (len(cell{}) + len(trials))]float32
	for n, c := range colours {
		for i, v := range c {
			line[4*n+i] = t.input(i, v)
		}
	}
	t.toLight(line[:])
	m := &t.matrix
	for i := range out {
		v := line[4*i:][:3]
		for j := range 3 {
			x, next, after := v[j], v[(j+1)%3], v[(j+2)%3]
			out[i][j] = encodedAround(m.sum[j]*x + m.a[j]*(next-x) + m.b[j]*(after-x))
		}
	}
	return out
}

// onGrid reports whether samples are looked up to places on the grid of a table.
func (t *Transform) onGrid() bool { return t.lut != nil && t.lut.nodes != nil }

// parts is how many cells the Transform itself has along an input.
func (t *Transform) parts(input int) int {
	if t.onGrid() {
		return t.lut.grid[input] - 1
	}
	return 1
}

// position is where a sample is in these.
func (t *Transform) position(input, sample int) float32 {
	if t.onGrid() {
		return t.in[input][sample]
	}
	return float32(sample) / 255
}

// input is what in holds at a position in cells.
func (t *Transform) input(input int, position float32) float32 {
	x := position / float32(t.cells.number[input]) * float32(t.parts(input))
	if t.onGrid() {
		return x
	}
	x *= 255
	i := min(int(x), 254)
	low, high := t.in[input][i], t.in[input][i+1]
	return low + (high-low)*(x-float32(i))
}

// encodedAround is sRGB's transfer function for what a packed colour holds, negative as positive.
func encodedAround(v float32) float32 {
	if v < 0 {
		return -encodedAround(-v)
	}
	table := around()
	x := float32(math.Sqrt(float64(min(v, 2.5)))) * (aroundSteps / 1.6)
	i := int(x)
	return table[i] + (table[i+1]-table[i])*(x-float32(i))
}

// aroundSteps are those of the square root of light, from 0 to 1.6, in which around is kept.
const aroundSteps = 4096

var around = sync.OnceValue(func() *[aroundSteps + 1]float32 {
	table := new([aroundSteps + 1]float32)
	for i := range table {
		x := float64(i) * 1.6 / aroundSteps
		table[i] = float32(encoded(x * x))
	}
	return table
})
