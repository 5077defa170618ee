package icc

// A run converts the rows of one picture.
type run struct {
	*Transform
	planes planes
}

// Rows returns a function that converts a row of pixels of four bytes. The fourth byte of a pixel in dst is that of src, or 255 if that
// byte is an ink. dst and src may be the same. The function keeps a buffer of RowBytes bytes per pixel of a row.
func (t *Transform) Rows() func(dst, src []byte) { return (&run{Transform: t}).row }

// RowBytes is the memory per pixel that the result of Rows takes.
const RowBytes = 4 * 4

// row converts a row of pixels of four bytes. The fourth byte of a pixel in dst is that of src, or 255 if that byte is an ink. dst and src
// may be the same.
func (r *run) row(dst, src []byte) {
	if r.lut == nil && r.tone == nil {
		r.direct(dst, src)
		return
	}
	p := &r.planes
	p.resize(len(src) / 4)
	for c := range r.channels() {
		lookUp(p[c], &r.in[c], src, c)
	}
	r.convert(dst, src, p)
}

// row16 is like row, for samples of 16 bits. It interpolates linearly between the entries of the curves' tables.
func (r *run) row16(dst []byte, src []uint16) {
	p := &r.planes
	p.resize(len(src) / 4)
	for i, v := range src {
		curve := &r.in[i%4]
		x := float32(v) / 257
		low := min(int(x), 254)
		p[i%4][i/4] = curve[low] + float32((curve[low+1]-curve[low])*(x-float32(low)))
		if i%4 == 3 {
			dst[i] = byte((uint32(v) + 128) / 257)
		}
	}
	r.convert(dst, dst, p)
}

// channels returns the number of bytes of a pixel that have a curve.
func (t *Transform) channels() int {
	if t.space == CMYK {
		return 4
	}
	return 3
}

// convert converts pixels after the curves. It copies the fourth byte from src, or sets it to 255 if it is an ink.
func (t *Transform) convert(dst, src []byte, p *planes) {
	if t.lut != nil {
		t.lut.row(p)
	}
	if t.tone != nil {
		t.tone.row(p, &t.matrix)
	}
	t.encode(dst, src, p)
}
