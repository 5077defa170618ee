package webp

// Planes of coefficients (RFC 6386, 13.3).
const (
	planeLumaAC = iota // without the first coefficient, which is in planeLumaDC
	planeLumaDC
	planeChroma
	planeLuma
	planes
)

type tokenProbs [planes][8][3][11]uint8

// bandOf is the band of a coefficient's position; that behind the last one is never looked at.
var bandOf = [17]uint8{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0}

var zigzag = [16]uint8{0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15}

// largeProbs are the probabilities of the extra bits of the categories 3 to 6: section 13.2.
var largeProbs = [4][]uint8{
	{173, 148, 140},
	{176, 155, 140, 135},
	{180, 157, 141, 134, 130},
	{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129},
}

// readBlock reads the coefficients of a 4×4 block from number first on, multiplies them by the quantiser's steps
// and puts them into to (RFC 6386, 13). That there are any has been read already, with q, the probabilities of the first. It
// returns the number of the last one plus 1.
func (p *partition) readBlock(w window, q *[11]uint8, probs *[8][3][11]uint8, first int, steps *[2]int32, to *[16]int16) (window, int) {
	n := first
	step := steps[min(n, 1)]
	for {
		if w.n < 32 { // the bits of 4 calls
			w = p.fill(w)
		}
		split := w.split(q[1])
		if w.isZero(split) {
			w = w.zero(split)
			if n++; n == 16 {
				return w, n
			}
			q = &probs[bandOf[n&15]][0]
			step = steps[1]
			continue
		}
		w = w.one(split)
		next := &probs[bandOf[n+1]]
		v := int32(1)
		if split = w.split(q[2]); w.isZero(split) {
			w = w.zero(split)
			q = &next[1]
		} else {
			w, v = p.readLarge(w.one(split), q)
			q = &next[2]
		}
		w, v = w.readSign(v * step)
		to[zigzag[n]] = int16(v)
		step = steps[1]
		if n++; n == 16 {
			return w, n
		}
		if split = w.split(q[0]); w.isZero(split) {
			return w.zero(split), n
		}
		w = w.one(split)
	}
}

// readLarge reads a coefficient of 2 or more. It leaves bits for two calls.
func (p *partition) readLarge(w window, q *[11]uint8) (window, int32) {
	var b bool
	w = p.fill(w)
	if w, b = w.read(q[3]); !b {
		if w, b = w.read(q[4]); !b {
			return w, 2
		}
		if w, b = w.read(q[5]); !b {
			return w, 3
		}
		return w, 4
	}
	if w, b = w.read(q[6]); !b {
		if w, b = w.read(q[7]); !b {
			if w, b = w.read(159); !b {
				return w, 5
			}
			return w, 6
		}
		v := int32(7)
		if w, b = w.read(165); b {
			v += 2
		}
		if w, b = w.read(145); b {
			v++
		}
		return w, v
	}
	category := 0
	if w, b = w.read(q[8]); b {
		category = 2
	}
	if w, b = w.read(q[9+category/2]); b {
		category++
	}
	extra := int32(0)
	for _, prob := range largeProbs[category] {
		w = p.fill(w)
		extra *= 2
		if w, b = w.read(prob); b {
			extra++
		}
	}
	return p.fill(w), extra + 3 + 8<<category
}

// A border says which blocks along an edge of a macroblock have coefficients: 1 or 0.
type border struct {
	luma   [4]uint8
	chroma [4]uint8 // two of Cb, two of Cr
	dc     uint8    // the block of the first coefficients; stays when a macroblock has none
}

// readCoefficients reads all blocks of a macroblock, and how many coefficients each has into d.counts. It reports whether there is
// any other than 0.
func (d *decoder) readCoefficients(m *macroblock, p *partition, above, left *border) (any bool) {
	s := &d.segments[m.segment]
	w := p.window
	first, probs := 0, &d.probs[planeLuma]
	if m.whole {
		first, probs = 1, &d.probs[planeLumaAC]
		var dc [16]int16
		var n int
		w, n = p.readAny(w, &d.probs[planeLumaDC], above.dc+left.dc, 0, &s.y2, &dc)
		above.dc = min(uint8(n), 1)
		left.dc = above.dc
		if n > 0 {
			inverseWHT(&dc, &d.coefficients)
		}
	}
	all, n := 0, 0
	for y := range 4 {
		nz := left.luma[y]
		for x := range 4 {
			block := 4*y + x
			w, n = p.readAny(w, probs, nz+above.luma[x], first, &s.y1, &d.coefficients[block])
			nz = min(uint8(n), 1)
			above.luma[x] = nz
			if n == 0 && d.coefficients[block][0] != 0 {
				n = 1
			}
			d.counts[block] = uint8(n)
			all |= n
		}
		left.luma[y] = nz
	}
	for y := range 4 { // two rows of Cb, two of Cr
		nz := left.chroma[y]
		for x := range 2 {
			block := 16 + 2*y + x
			w, n = p.readAny(w, &d.probs[planeChroma], nz+above.chroma[y&2+x], 0, &s.uv, &d.coefficients[block])
			nz = min(uint8(n), 1)
			above.chroma[y&2+x] = nz
			d.counts[block] = uint8(n)
			all |= n
		}
		left.chroma[y] = nz
	}
	p.window = w
	return all != 0
}

// readAny reads a block that may be empty, as most are: then it returns 0.
func (p *partition) readAny(w window, probs *[8][3][11]uint8, context uint8, first int, steps *[2]int32, to *[16]int16) (window, int) {
	if w.n < 8 {
		w = p.fill(w)
	}
	q := &probs[first][context] // the first two coefficients are bands of their own
	split := w.split(q[0])
	if w.isZero(split) {
		return w.zero(split), 0
	}
	return p.readBlock(w.one(split), q, probs, first, steps, to)
}
