package webp

// A strength holds the limits of the loop filter: RFC 6386, 15.2 to 15.4.
type strength struct {
	edge, inner int32 // edge limits for macroblock edges and for inner block edges; 0 means no filter
	interior    int32 // interior limit: maximum difference between neighboring pixels on one side of the edge
	hev         int32 // high edge variance threshold

	lanes laneLimits
}

func newStrength(level, sharpness int) strength {
	level = min(max(level, 0), 63)
	if level == 0 {
		return strength{}
	}
	interior := level
	if sharpness > 0 {
		interior >>= 1
		if sharpness > 4 {
			interior >>= 1
		}
		interior = min(interior, 9-sharpness)
	}
	interior = max(interior, 1)
	hev := 0
	if level >= 40 {
		hev = 2
	} else if level >= 15 {
		hev = 1
	}
	s := strength{
		edge: int32(2*(level+2) + interior), inner: int32(2*level + interior),
		interior: int32(interior), hev: int32(hev),
	}
	s.lanes = newLaneLimits(&s)
	return s
}

// edges is the set of edges of a macroblock that are filtered.
type edges uint8

const (
	leftEdge edges = 1 << iota
	upperEdge
	innerEdges
)

// filtering holds the loop filter parameters of a macroblock.
type filtering struct {
	strength *strength
	edges    edges
}

// filtering returns the loop filter parameters of m. The coefficients of m must have been counted.
func (d *decoder) filtering(m *macroblock, mbx, mby int) (f filtering) {
	kind := 0
	if !m.whole {
		kind = 1
	}
	f.strength = &d.segments[m.segment].filter[kind]
	if f.strength.edge == 0 {
		return f
	}
	if mbx > 0 {
		f.edges |= leftEdge
	}
	if mby > 0 {
		f.edges |= upperEdge
	}
	if !m.whole || d.counts != [24]uint8{} {
		f.edges |= innerEdges
	}
	return f
}

// A place holds the positions of a macroblock's first pixels in the bands.
type place struct {
	y, cb, cr    *band
	luma, chroma int
}

// filterRow applies the loop filter to the row of macroblocks in the bands, from left to right. This also changes the
// three rows of pixels above.
func (d *decoder) filterRow() {
	at := place{&d.bands[0], &d.bands[1], &d.bands[2], d.bands[0].at(0), d.bands[1].at(0)}
	for _, f := range d.row {
		switch {
		case f.edges == 0:
		case d.simple:
			filterEdges(at.y.pix, at.luma, at.y.stride, 16, f, simpleFilter, simpleFilter)
		default:
			filter(at, f)
		}
		at.luma += 16
		at.chroma += 8
	}
}

func filterGo(at place, f filtering) {
	filterEdges(at.y.pix, at.luma, at.y.stride, 16, f, edgeFilter, innerFilter)
	filterEdges(at.cb.pix, at.chroma, at.cb.stride, 8, f, edgeFilter, innerFilter)
	filterEdges(at.cr.pix, at.chroma, at.cr.stride, 8, f, edgeFilter, innerFilter)
}

// An edge filter filters an edge of n pixels. The first pixel after the edge is pix[at]. along is the distance in pix
// between neighboring pixels along the edge, and across is the distance between neighboring pixels on a line across
// it.
type edge func(pix []byte, at, along, across, n int, limit int32, s *strength)

func filterEdges(pix []byte, at, stride, size int, f filtering, outer, within edge) {
	s := f.strength
	if f.edges&leftEdge != 0 {
		outer(pix, at, stride, 1, size, s.edge, s)
	}
	if f.edges&innerEdges != 0 {
		for i := 4; i < size; i += 4 {
			within(pix, at+i, stride, 1, size, s.inner, s)
		}
	}
	if f.edges&upperEdge != 0 {
		outer(pix, at, 1, stride, size, s.edge, s)
	}
	if f.edges&innerEdges != 0 {
		for i := 4; i < size; i += 4 {
			within(pix, at+i*stride, 1, stride, size, s.inner, s)
		}
	}
}

// simpleFilter is the simple loop filter: section 15.2.
func simpleFilter(pix []byte, at, along, across, n int, limit int32, _ *strength) {
	for range n {
		p1, p0 := int32(pix[at-2*across]), int32(pix[at-across])
		q0, q1 := int32(pix[at]), int32(pix[at+across])
		if 2*abs(p0-q0)+abs(p1-q1)/2 <= limit {
			common(pix, at, across, p1, p0, q0, q1)
		}
		at += along
	}
}

// common adjusts p0 and q0, the pixels next to the edge. p1 and q1 also contribute to the adjustment.
func common(pix []byte, at, across int, p1, p0, q0, q1 int32) {
	a := 3*(q0-p0) + signed8(p1-q1)
	pix[at] = clip(q0 - signed5((a+4)>>3))
	pix[at-across] = clip(p0 + signed5((a+3)>>3))
}

// smooth examines the differences across and beside the edge. ok reports that they are within the limits, and high
// that the edge variance is high.
func smooth(pix []byte, at, across int, limit int32, s *strength) (ok, high bool) {
	p1, p0 := int32(pix[at-2*across]), int32(pix[at-across])
	q0, q1 := int32(pix[at]), int32(pix[at+across])
	if 2*abs(p0-q0)+abs(p1-q1)/2 > limit {
		return false, false
	}
	p3, p2 := int32(pix[at-4*across]), int32(pix[at-3*across])
	q2, q3 := int32(pix[at+2*across]), int32(pix[at+3*across])
	dp, dq := abs(p1-p0), abs(q1-q0)
	if max(abs(p3-p2), abs(p2-p1), dp, dq, abs(q2-q1), abs(q3-q2)) > s.interior {
		return false, false
	}
	return true, max(dp, dq) > s.hev
}

// edgeFilter is the normal loop filter for edges between macroblocks: section 15.3.
func edgeFilter(pix []byte, at, along, across, n int, _ int32, s *strength) {
	if across == 1 {
		filterColumns(pix, at, along, n, s, true)
	} else {
		filterRows(pix, at, across, n, s, true)
	}
}

// innerFilter is the normal loop filter for edges between blocks inside a macroblock: section 15.3.
func innerFilter(pix []byte, at, along, across, n int, _ int32, s *strength) {
	if across == 1 {
		filterColumns(pix, at, along, n, s, false)
	} else {
		filterRows(pix, at, across, n, s, false)
	}
}

// edgeAt is edgeFilter at one position.
func edgeAt(pix []byte, at, across int, limit int32, s *strength) {
	ok, high := smooth(pix, at, across, limit, s)
	if !ok {
		return
	}
	p2, p1, p0 := int32(pix[at-3*across]), int32(pix[at-2*across]), int32(pix[at-across])
	q0, q1, q2 := int32(pix[at]), int32(pix[at+across]), int32(pix[at+2*across])
	if high {
		common(pix, at, across, p1, p0, q0, q1)
		return
	}
	w := signed8(signed8(p1-q1) + 3*(q0-p0))
	a := (27*w + 63) >> 7
	pix[at-across], pix[at] = clip(p0+a), clip(q0-a)
	a = (18*w + 63) >> 7
	pix[at-2*across], pix[at+across] = clip(p1+a), clip(q1-a)
	a = (9*w + 63) >> 7
	pix[at-3*across], pix[at+2*across] = clip(p2+a), clip(q2-a)
}

// innerAt is innerFilter at one position.
func innerAt(pix []byte, at, across int, limit int32, s *strength) {
	ok, high := smooth(pix, at, across, limit, s)
	if !ok {
		return
	}
	p1, p0 := int32(pix[at-2*across]), int32(pix[at-across])
	q0, q1 := int32(pix[at]), int32(pix[at+across])
	if high {
		common(pix, at, across, p1, p0, q0, q1)
		return
	}
	a := 3 * (q0 - p0)
	b := signed5((a + 4) >> 3)
	pix[at], pix[at-across] = clip(q0-b), clip(p0+signed5((a+3)>>3))
	b = (b + 1) >> 1
	pix[at+across], pix[at-2*across] = clip(q1-b), clip(p1+b)
}

func abs(v int32) int32 {
	m := v >> 31
	return (v ^ m) - m
}

func signed8(v int32) int32 { return min(max(v, -128), 127) }
func signed5(v int32) int32 { return min(max(v, -16), 15) }
