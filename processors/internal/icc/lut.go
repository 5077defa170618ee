package icc

import (
	"encoding/binary"
	"math"
	"slices"
)

// A lut is what lies behind the first curves of a lookup table: grid, curves, matrix, curves; then the coding of the
// profile connection space. Values are 0…1 as coded.
type lut struct {
	inputs int       // 1, 3 or 4
	grid   [4]int    // points along each input; without a grid 0
	step   [4]int    // from one point to the next, in nodes
	nodes  []float32 // three values each; the last input varies fastest

	middle [3]*post // M curves; nil: none
	matrix *[12]float32
	last   [3]*post // B curves, or the output tables of lut8 and lut16

	more bool // there is something of these

	// From coded values to X, Y, Z relative to D50, or, with lab, to the terms of CIELAB: f(Y), f(X)-f(Y), f(Y)-f(Z).
	lab           bool
	scale, offset [3]float32
}

// postSteps are the steps in which curves behind the grid are kept, with straight lines between.
const postSteps = 4096

type post struct {
	table [postSteps + 2]float32
	curve *curve // for what is outside of 0…1
}

func (p *post) at(x float32) float32 {
	if !(x >= 0 && x <= 1) {
		return float32(p.curve.beyond(float64(x)))
	}
	x *= postSteps
	i := int(x)
	return p.table[i] + (p.table[i+1]-p.table[i])*(x-float32(i))
}

// posts prepares three curves. Those that change nothing are left out, and then don't clip either.
func posts(curves []curve) (out [3]*post) {
	for i := range out {
		if curves == nil || curves[i].isIdentity() {
			continue
		}
		c := curves[i]
		c.samples = slices.Clone(c.samples) // not to keep the profile
		p := &post{curve: &c}
		for j := range p.table {
			p.table[j] = float32(p.curve.beyond(float64(j) / postSteps))
		}
		out[i] = p
	}
	return out
}

// setLUT reads a lut8Type (10.11), lut16Type (10.10) or lutAToBType (10.12).
func (t *Transform) setLUT(p *profile, b []byte) error {
	l := &lut{inputs: p.space.channels(), lab: p.lab}
	if len(b) < 32 || int(b[8]) != l.inputs || b[9] != 3 {
		return broken("a table of the wrong shape")
	}
	var first []curve
	var err error
	kind := string(b[:4])
	switch kind {
	case "mft1":
		first, err = l.readTables(b, 1, 48, 256, 256)
	case "mft2":
		if len(b) < 52 {
			return broken("a table of %d bytes", len(b))
		}
		first, err = l.readTables(b, 2, 52, int(binary.BigEndian.Uint16(b[48:])), int(binary.BigEndian.Uint16(b[50:])))
	case "mAB ":
		first, err = l.readAToB(b)
	default:
		err = broken("a table of type %q", kind)
	}
	if err != nil {
		return err
	}
	l.setCoding(kind == "mft2")
	for i := range l.inputs {
		c, points := new(curve), 1.0
		if first != nil {
			c = &first[i]
		}
		if l.nodes != nil {
			points = float64(l.grid[i] - 1)
		}
		t.setCurve(i, func(x float64) float64 { return c.at(x) * points })
	}
	l.more = l.matrix != nil || l.middle != [3]*post{} || l.last != [3]*post{}
	t.lut = l
	t.matrix = newLinear(fromXYZ().columns(d50))
	return nil
}

// setCoding sets what coded values mean (6.3.4). lut16 codes L*a*b* as version 2 did, in version 4 too (10.10).
func (l *lut) setCoding(lut16 bool) {
	if !l.lab {
		for i := range l.scale {
			l.scale[i] = float32((1 + 32767.0/32768) / d50[i])
		}
		return
	}
	lightness, opponent := 100.0, 255.0
	if lut16 {
		lightness, opponent = 65535.0/65280*100, 65535.0/256
	}
	l.scale = [3]float32{float32(lightness / 116), float32(opponent / 500), float32(opponent / 200)}
	l.offset = [3]float32{16.0 / 116, -128.0 / 500, -128.0 / 200}
}

// setGrid takes the values at the points of the grid from b: samples of width bytes.
func (l *lut) setGrid(points []byte, b []byte, width int) error {
	n := 1
	for i := l.inputs - 1; i >= 0; i-- {
		if points[i] < 2 {
			return broken("a grid of %d points", points[i])
		}
		l.grid[i], l.step[i] = int(points[i]), n
		if n *= l.grid[i]; n*3*width > len(b) {
			return broken("a grid that is cut off")
		}
	}
	l.nodes = make([]float32, 3*n)
	values := curve{samples: b, width: width}
	for i := range l.nodes {
		l.nodes[i] = float32(values.sample(i))
	}
	return nil
}

// readTables reads lut8 and lut16, whose input tables begin at an offset. Their matrix is for CIE XYZ only.
func (l *lut) readTables(b []byte, width, offset, in, out int) (first []curve, err error) {
	if in < 2 || in > 4096 || out < 2 || out > 4096 {
		return nil, broken("tables of %d and %d entries", in, out)
	}
	points := int(b[10])
	inSize, outSize := l.inputs*in*width, 3*out*width
	gridSize := int(math.Pow(float64(points), float64(l.inputs))) * 3 * width
	if len(b) < offset+inSize || len(b)-offset-inSize < gridSize || len(b)-offset-inSize-gridSize < outSize {
		return nil, broken("a table that is cut off")
	}
	b = b[offset:]
	tables := func(n, entries int) (c []curve) {
		for ; n > 0; n-- {
			c = append(c, curve{samples: b[:entries*width], width: width})
			b = b[entries*width:]
		}
		return c
	}
	first = tables(l.inputs, in)
	p := byte(points)
	if err := l.setGrid([]byte{p, p, p, p}, b, width); err != nil {
		return nil, err
	}
	b = b[gridSize:]
	l.last = posts(tables(3, out))
	return first, nil
}

// readAToB reads lutAToBType. An offset of 0 stands for a part that is absent.
func (l *lut) readAToB(b []byte) (first []curve, err error) {
	part := func(at int) ([]byte, error) {
		offset := binary.BigEndian.Uint32(b[at:])
		if uint64(offset) > uint64(len(b)) || offset > 0 && offset < 32 {
			return nil, broken("a part outside of its table")
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
	l.last = posts(last)
	if err := l.readMatrix(part(16)); err != nil {
		return nil, err
	}
	middle, err := curves(20, 3)
	if err != nil {
		return nil, err
	}
	l.middle = posts(middle)
	if err := l.readCLUT(part(24)); err != nil {
		return nil, err
	}
	if l.nodes == nil && l.inputs != 3 {
		return nil, broken("%d channels without a grid", l.inputs)
	}
	return curves(28, l.inputs)
}

// readMatrix reads nine factors and three summands.
func (l *lut) readMatrix(b []byte, err error) error {
	if err != nil || b == nil {
		return err
	}
	if len(b) < 48 {
		return broken("a matrix that is cut off")
	}
	l.matrix = new([12]float32)
	for i := range l.matrix {
		if v := fixed(b[4*i:]); math.Abs(v) <= 256 {
			l.matrix[i] = float32(v)
		} else {
			return broken("a matrix beyond reason")
		}
	}
	return nil
}

// readCLUT reads 16 numbers of grid points, the width of samples, and the samples.
func (l *lut) readCLUT(b []byte, err error) error {
	if err != nil || b == nil {
		return err
	}
	if len(b) < 20 || b[16] != 1 && b[16] != 2 {
		return broken("a grid of the wrong shape")
	}
	return l.setGrid(b[:16], b[20:], int(b[16]))
}
