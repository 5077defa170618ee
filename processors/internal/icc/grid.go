package icc

// row takes pixels through the table, to CIE XYZ relative to D50.
func (l *lut) row(src []float32) {
	for ; len(src) >= 4; src = src[4:] {
		p, q, s := src[0], src[1], src[2]
		switch {
		case l.nodes == nil:
		case l.inputs == 3:
			p, q, s = l.tetrahedral(0, 0, p, q, s)
		case l.inputs == 4:
			p, q, s = l.four(p, q, s, src[3])
		default:
			p, q, s = l.one(p)
		}
		if l.more {
			p, q, s = l.behind(p, q, s)
		}
		p, q, s = p*l.scale[0]+l.offset[0], q*l.scale[1]+l.offset[1], s*l.scale[2]+l.offset[2]
		if l.lab {
			p, q, s = cube(p+q), cube(p), cube(p-s)
		}
		src[0], src[1], src[2] = p, q, s
	}
}

// cell returns the point of the grid below x, and how far x is above it, of input i. The last cell has its far end.
func (l *lut) cell(i int, x float32) (point int, above float32) {
	point = min(int(x), l.grid[i]-2)
	return point, x - float32(point)
}

func (l *lut) one(x float32) (p, q, s float32) {
	i, f := l.cell(0, x)
	n := l.nodes[3*i:][:6]
	return n[0] + f*(n[3]-n[0]), n[1] + f*(n[4]-n[1]), n[2] + f*(n[5]-n[2])
}

// four interpolates along the first input between two tetrahedra of the others.
func (l *lut) four(w, x, y, z float32) (p, q, s float32) {
	i, f := l.cell(0, w)
	p, q, s = l.tetrahedral(i*l.step[0], 1, x, y, z)
	if f == 0 {
		return p, q, s
	}
	p1, q1, s1 := l.tetrahedral((i+1)*l.step[0], 1, x, y, z)
	return p + f*(p1-p), q + f*(q1-q), s + f*(s1-s)
}

// tetrahedral interpolates along three inputs, the first of which is given, from a node on: through the four corners of
// that one of the cell's six tetrahedra in which the colour lies. Greys stay on its edge (Kasson, Nin, Plouffe and
// Hafner, Performing color space conversions with three-dimensional linear interpolation, 1995).
//
// The corners are those on the way from the lowest to the highest, along the input that is farthest up its cell first.
// That order is found without a branch, which could not be predicted: each key has the fraction above the step.
func (l *lut) tetrahedral(node, first int, x, y, z float32) (p, q, s float32) {
	i, fx := l.cell(first, x)
	j, fy := l.cell(first+1, y)
	k, fz := l.cell(first+2, z)
	dx, dy, dz := l.step[first], l.step[first+1], l.step[first+2]
	node += i*dx + j*dy + k*dz

	const one, stepBits = 1 << 22, 32
	kx, ky, kz := int64(fx*one)<<stepBits|int64(dx), int64(fy*one)<<stepBits|int64(dy), int64(fz*one)<<stepBits|int64(dz)
	high, middle, low := descending(kx, ky, kz)
	far, mid, near := float32(high>>stepBits)/one, float32(middle>>stepBits)/one, float32(low>>stepBits)/one

	n := l.nodes[3*node:]
	toB := 3 * int(uint32(high))
	toC := toB + 3*int(uint32(middle))
	toD := 3 * (dx + dy + dz)
	a, b, c, d := n[:3], n[toB:][:3], n[toC:][:3], n[toD:][:3]
	wa, wb, wc := 1-far, far-mid, mid-near
	return wa*a[0] + wb*b[0] + wc*c[0] + near*d[0],
		wa*a[1] + wb*b[1] + wc*c[1] + near*d[1],
		wa*a[2] + wb*b[2] + wc*c[2] + near*d[2]
}

// descending sorts without a branch, which max and min would be compiled to.
func descending(a, b, c int64) (high, middle, low int64) {
	d := (a - b) & ((a - b) >> 63) // 0 if a is the greater
	a, b = a-d, b+d
	d = (a - c) & ((a - c) >> 63)
	high, c = a-d, c+d
	d = (b - c) & ((b - c) >> 63)
	return high, b - d, c + d
}

// behind applies what follows the grid.
func (l *lut) behind(p, q, s float32) (float32, float32, float32) {
	p, q, s = curves(&l.middle, p, q, s)
	if m := l.matrix; m != nil {
		p, q, s = m[0]*p+m[1]*q+m[2]*s+m[9], m[3]*p+m[4]*q+m[5]*s+m[10], m[6]*p+m[7]*q+m[8]*s+m[11]
	}
	return curves(&l.last, p, q, s)
}

func curves(c *[3]*post, p, q, s float32) (float32, float32, float32) {
	if c[0] != nil {
		p = c[0].at(p)
	}
	if c[1] != nil {
		q = c[1].at(q)
	}
	if c[2] != nil {
		s = c[2].at(s)
	}
	return p, q, s
}

// cube is fromLab for single pixels.
func cube(f float32) float32 {
	if f > 6.0/29 {
		return f * f * f
	}
	return 3 * 6 * 6 / 29.0 / 29 * (f - 4.0/29)
}
