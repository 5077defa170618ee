package icc

// A run converts the rows of one picture of 8 bits per sample, four bytes per pixel.
type run struct {
	*Transform
	light  []float32
	visits []uint8 // pixels in each cell that is not made yet
	later  []int   // where in the row there are pixels without a shortcut
	pixels []byte
}

// row converts a row. The fourth byte of dst is that of src, or 255 if that is an ink. dst and src may be the same.
func (r *run) row(dst, src []byte) {
	switch {
	case r.packed != nil:
		r.packed.row(dst, src)
	case r.cells == nil:
		r.slow(dst, src)
	default:
		r.later = r.later[:0]
		r.shortcut(dst, src)
		r.rest(dst, src)
	}
}

// slow computes all pixels.
func (r *run) slow(dst, src []byte) {
	if cap(r.light) < len(src) {
		r.light = make([]float32, len(src))
	}
	line := r.light[:len(src)]
	r.load8(line, src)
	r.convert(dst, line)
	for i := 3; i < len(src); i += 4 {
		dst[i] = src[i] | r.opaque
	}
}

// shortcut takes it where there is one.
func (r *run) shortcut(dst, src []byte) {
	levels, place, all := unpacked(), &r.cells.place, r.cells.cell
	dst = dst[:len(src)]
	for i := 0; i <= len(src)-4; i += 4 {
		from, to := src[i:i+4:i+4], dst[i:i+4:i+4]
		x, y, z := place[0][from[0]], place[1][from[1]], place[2][from[2]]
		at := x>>placeCell + y>>placeCell + z>>placeCell
		c := all[at].Load()
		if c == nil {
			c = r.visit(at)
		}
		if c == &winding {
			r.later = append(r.later, i)
			continue
		}
		unpack(to, levels, c.between(x, y, z)+half)
		to[3] = from[3]
	}
}

// visit makes a cell if that is worth while; else it is no better than a winding one.
func (r *run) visit(at uint32) *cell {
	if r.visits == nil {
		r.visits = make([]uint8, len(r.cells.cell))
	}
	if r.visits[at]++; r.visits[at] < worthwhile {
		return &winding
	}
	r.visits[at]--
	return r.makeCell(at)
}

// rest computes the pixels that were left.
func (r *run) rest(dst, src []byte) {
	if len(r.later) == 0 {
		return
	}
	r.pixels = r.pixels[:0]
	for _, i := range r.later {
		r.pixels = append(r.pixels, src[i:i+4]...)
	}
	r.slow(r.pixels, r.pixels)
	for n, i := range r.later {
		copy(dst[i:i+4], r.pixels[4*n:])
	}
}
