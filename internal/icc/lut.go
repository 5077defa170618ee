package icc

import (
	"encoding/binary"
	"math"
)

// A lut is the part of a lookup table after the first curves: grid, curves, matrix, curves, and the
// decoding of the profile connection space. Values are 0 to 1, as encoded.
type lut struct {
	grid   *grid   // nil: none
	middle posts   // M curves
	matrix *affine // nil: none
	last   posts   // B curves, or the output tables of lut8 and lut16
	coding *affine // converts encoded values to X, Y, Z relative to D50, or to CIELAB's f of these; nil if the nodes of the grid are already decoded
	lab    bool
}

// row converts pixels to CIE XYZ relative to D50.
func (l *lut) row(p *planes) {
	if l.grid != nil {
		l.grid.row(p)
	}
	l.middle.row(p)
	if l.matrix != nil {
		l.matrix.row(p)
	}
	l.last.row(p)
	if l.coding != nil {
		l.coding.row(p)
	}
	if l.lab {
		for _, values := range p[:3] {
			cube(values)
		}
	}
}

// setLUT reads a lut8Type (10.11), lut16Type (10.10) or lutAToBType (10.12).
func (t *Transform) setLUT(p *profile, b []byte) error {
	inputs := p.space.channels()
	l := &lut{lab: p.lab}
	if len(b) < 32 || int(b[8]) != inputs || b[9] != 3 {
		return broken("the table has the wrong number of channels")
	}
	var first []curve
	var err error
	kind := string(b[:4])
	switch kind {
	case "mft1":
		first, err = l.readTables(b, inputs, 1, 48, 256, 256)
	case "mft2":
		if len(b) < 52 {
			return broken("a table of %d bytes", len(b))
		}
		first, err = l.readTables(b, inputs, 2, 52, int(binary.BigEndian.Uint16(b[48:])), int(binary.BigEndian.Uint16(b[50:])))
	case "mAB ":
		first, err = l.readAToB(b, inputs)
	default:
		err = broken("a table of type %q", kind)
	}
	if err != nil {
		return err
	}
	for i := range inputs {
		c, cells := new(curve), 1.0
		if first != nil {
			c = &first[i]
		}
		if l.grid != nil {
			cells = float64(l.grid.last[i] + 1)
		}
		t.setCurve(i, func(x float64) float64 { return c.at(x) * cells })
	}
	l.coding = coding(p.lab, kind == "mft2")
	if l.grid != nil && l.matrix == nil && l.middle == (posts{}) && l.last == (posts{}) {
		l.grid.decode(l.coding)
		l.coding = nil
	}
	t.lut = l
	t.matrix = newLinear(fromXYZ().columns(d50))
	return nil
}

// coding returns the meaning of encoded values (6.3.4): X, Y, Z relative to D50 or, if lab is true,
// CIELAB's f of these. lut16 encodes L*a*b* as in version 2, also in profiles of version 4 (10.10).
func coding(lab, lut16 bool) *affine {
	if !lab {
		const most = 1 + 32767.0/32768
		return &affine{0: float32(most / d50[0]), 4: float32(most / d50[1]), 8: float32(most / d50[2])}
	}
	lightness, opponent := 100.0, 255.0
	if lut16 {
		lightness, opponent = 65535.0/65280*100, 65535.0/256
	}
	l, a, b := float32(lightness/116), float32(opponent/500), float32(opponent/200)
	const zero, zeroA, zeroB = 16.0 / 116, -128.0 / 500, -128.0 / 200
	return &affine{
		l, a, 0,
		l, 0, 0,
		l, 0, -b,
		zero + zeroA, zero, zero - zeroB,
	}
}

// readTables reads a lut8 or lut16. offset is the offset of the input tables. The matrix applies only to CIE XYZ.
func (l *lut) readTables(b []byte, inputs, width, offset, in, out int) (first []curve, err error) {
	if in < 2 || in > 4096 || out < 2 || out > 4096 {
		return nil, broken("tables of %d and %d entries", in, out)
	}
	points := int(b[10])
	inSize, outSize := inputs*in*width, 3*out*width
	gridSize := int(math.Pow(float64(points), float64(inputs))) * 3 * width
	if len(b) < offset+inSize || len(b)-offset-inSize < gridSize || len(b)-offset-inSize-gridSize < outSize {
		return nil, broken("the table is cut off")
	}
	b = b[offset:]
	tables := func(n, entries int) (c []curve) {
		for ; n > 0; n-- {
			c = append(c, curve{samples: b[:entries*width], width: width})
			b = b[entries*width:]
		}
		return c
	}
	first = tables(inputs, in)
	p := byte(points)
	if l.grid, err = newGrid([]byte{p, p, p, p}[:inputs], b, width); err != nil {
		return nil, err
	}
	b = b[gridSize:]
	l.last = newPosts(tables(3, out))
	return first, nil
}

// readAToB reads a lutAToBType. An offset of 0 means that the part is absent.
func (l *lut) readAToB(b []byte, inputs int) (first []curve, err error) {
	part := func(at int) ([]byte, error) {
		offset := binary.BigEndian.Uint32(b[at:])
		if uint64(offset) > uint64(len(b)) || offset > 0 && offset < 32 {
			return nil, broken("a part lies outside of the table")
		}
		if offset == 0 {
			return nil, nil
		}
		return b[offset:], nil
	}
	curves := func(at, n int) ([]curve, error) {
		rest, err := part(at)
		if err != nil || rest == nil {
			return nil, err
		}
		var out []curve
		for range n {
			c, size, err := parseCurve(rest)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
			rest = rest[min((size+3)&^3, len(rest)):]
		}
		return out, nil
	}
	last, err := curves(12, 3)
	if err != nil {
		return nil, err
	}
	l.last = newPosts(last)
	if err := l.readMatrix(part(16)); err != nil {
		return nil, err
	}
	middle, err := curves(20, 3)
	if err != nil {
		return nil, err
	}
	l.middle = newPosts(middle)
	rest, err := part(24)
	switch {
	case err != nil:
		return nil, err
	case rest == nil && inputs != 3:
		return nil, broken("%d channels without a grid", inputs)
	case rest != nil && (len(rest) < 20 || rest[16] != 1 && rest[16] != 2): // the number of grid points of 16 dimensions, the width of the samples, and the samples
		return nil, broken("invalid header of the grid")
	case rest != nil:
		if l.grid, err = newGrid(rest[:inputs], rest[20:], int(rest[16])); err != nil {
			return nil, err
		}
	}
	return curves(28, inputs)
}

// readMatrix reads nine factors and three offsets.
func (l *lut) readMatrix(b []byte, err error) error {
	if err != nil || b == nil {
		return err
	}
	if len(b) < 48 {
		return broken("the matrix is cut off")
	}
	l.matrix = new(affine)
	for i := range l.matrix {
		if v := fixed(b[4*i:]); math.Abs(v) <= 256 {
			l.matrix[i] = float32(v)
		} else {
			return broken("the matrix is out of range")
		}
	}
	return nil
}
