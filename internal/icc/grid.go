package icc

// A grid interpolates colors tetrahedrally between its nodes. A cell is divided into six tetrahedra, and
// the result is interpolated between the four corners of the tetrahedron that contains the color. Grays
// lie on an edge that all six tetrahedra share (Kasson, Nin, Plouffe and Hafner, Performing color space
// conversions with three-dimensional linear interpolation, 1995).
type grid struct {
	inputs int       // 1, 3 or 4
	last   [4]int32  // by input: number of the last cell
	step   [4]int32  // by input: distance in nodes from one node to the next
	node   []float32 // four values per node, of which the fourth is not used; the last input varies fastest
}

// weightOne is the sum of the four weights, which are integers. The stored values of the nodes are divided by
// weightOne.
const weightOne = 1 << 14

// newGrid reads the values of the nodes from b, in samples of width bytes.
func newGrid(points []byte, b []byte, width int) (*grid, error) {
	g, n := &grid{inputs: len(points)}, 1
	for i := len(points) - 1; i >= 0; i-- {
		if points[i] < 2 {
			return nil, broken("a grid of %d points", points[i])
		}
		g.last[i], g.step[i] = int32(points[i])-2, int32(n)
		if n *= int(points[i]); n*3*width > len(b) {
			return nil, broken("the grid is cut off")
		}
	}
	g.node = make([]float32, 4*n)
	values := curve{samples: b, width: width}
	for i := range 3 * n {
		g.node[i/3*4+i%3] = float32(values.sample(i) / weightOne)
	}
	return g, nil
}

// decode replaces the values of the nodes by the results of m.
func (g *grid) decode(m *affine) {
	for n := 0; n < len(g.node); n += 4 {
		v := g.node[n:][:3]
		x, y, z := m.of(v[0]*weightOne, v[1]*weightOne, v[2]*weightOne)
		v[0], v[1], v[2] = x/weightOne, y/weightOne, z/weightOne
	}
}

// row interpolates pixels whose samples are positions on the grid, 0 to last+1. The results are the first
// three planes.
func (g *grid) row(p *planes) {
	xs := p[0]
	ys, zs := p[1][:len(xs)], p[2][:len(xs)]
	switch g.inputs {
	case 1:
		for i, x := range xs {
			n, f := g.cell(0, x)
			a, b := g.at(n), g.at(n+1)
			xs[i] = weightOne * (a[0] + float32(f*(b[0]-a[0])))
			ys[i] = weightOne * (a[1] + float32(f*(b[1]-a[1])))
			zs[i] = weightOne * (a[2] + float32(f*(b[2]-a[2])))
		}
	case 3:
		for i, x := range xs {
			n, high, middle, low := g.tetrahedron(0, x, ys[i], zs[i])
			xs[i], ys[i], zs[i] = g.mix(n, g.step[0]+g.step[1]+g.step[2], high, middle, low)
		}
	case 4: // tetrahedral interpolation in the last three inputs, linear interpolation along the first
		ws := p[3][:len(xs)]
		for i, x := range xs {
			m, f := g.cell(0, x)
			n, high, middle, low := g.tetrahedron(1, ys[i], zs[i], ws[i])
			n += m * g.step[0]
			last := g.step[1] + g.step[2] + g.step[3]
			a, b, c := g.mix(n, last, high, middle, low)
			d, e, h := g.mix(n+g.step[0], last, high, middle, low)
			xs[i], ys[i], zs[i] = a+float32(f*(d-a)), b+float32(f*(e-b)), c+float32(f*(h-c))
		}
	}
}

// cell returns the cell that contains x along an input, and the position in the cell. The last cell
// includes its end.
func (g *grid) cell(input int, x float32) (n int32, in float32) {
	n = min(int32(x), g.last[input])
	return n, x - float32(n)
}

// at returns the values of a node.
func (g *grid) at(node int32) *[4]float32 { return (*[4]float32)(g.node[4*node:]) }

// A key has a position within a cell in its high bits, and the step to the next node along this input in its low bits.
const keyBits, keyStep = 16, 1<<16 - 1

// tetrahedron finds the tetrahedron that contains a color, which has the positions x, y and z along the inputs first, first+1 and first+2.
// It returns the lowest corner n of the cell, and the keys of the three inputs in descending order.
//
// The corners of the tetrahedron are on the path from the lowest to the highest corner of the cell that goes along the inputs in descending
// order of the position. The code finds this order without branches, which the CPU could not predict.
func (g *grid) tetrahedron(first int, x, y, z float32) (n, high, middle, low int32) {
	nx, fx := g.cell(first, x)
	ny, fy := g.cell(first+1, y)
	nz, fz := g.cell(first+2, z)
	dx, dy, dz := g.step[first], g.step[first+1], g.step[first+2]
	high, middle, low = descending(int32(fx*weightOne)<<keyBits|dx, int32(fy*weightOne)<<keyBits|dy, int32(fz*weightOne)<<keyBits|dz)
	return nx*dx + ny*dy + nz*dz, high, middle, low
}

// mix interpolates between the corners of a tetrahedron. The first corner is node n, and the last corner is node
// n+last.
func (g *grid) mix(n, last, high, middle, low int32) (x, y, z float32) {
	second := n + high&keyStep
	a, b, c, d := g.at(n), g.at(second), g.at(second+middle&keyStep), g.at(n+last)
	high, middle, low = high>>keyBits, middle>>keyBits, low>>keyBits
	p, q, r, s := float32(weightOne-high), float32(high-middle), float32(middle-low), float32(low)
	return float32(p*a[0]) + float32(q*b[0]) + float32(r*c[0]) + float32(s*d[0]),
		float32(p*a[1]) + float32(q*b[1]) + float32(r*c[1]) + float32(s*d[1]),
		float32(p*a[2]) + float32(q*b[2]) + float32(r*c[2]) + float32(s*d[2])
}

// descending sorts without branches. The compiler would turn max and min into branches.
func descending(a, b, c int32) (high, middle, low int32) {
	d := (a - b) & ((a - b) >> 31) // 0 if a is greater
	a, b = a-d, b+d
	d = (a - c) & ((a - c) >> 31)
	high, c = a-d, c+d
	d = (b - c) & ((b - c) >> 31)
	return high, b - d, c + d
}
