package webp

// Block types of coefficients (RFC 6386, 13.3).
const (
	planeLumaAC = iota // without the first coefficient, which is in planeLumaDC
	planeLumaDC
	planeChroma
	planeLuma
	planes
)

// tokenProbs holds the token probabilities by block type, band, context and tree node. The context is the number of
// neighbors with coefficients for the first coefficient of a block, and the class of the previous coefficient for others.
type tokenProbs [planes][8][3][11]uint8

// planeProbs holds the probabilities of a block type by coefficient number instead of band. The element after the last
// coefficient is never used.
type planeProbs [17][3][11]uint8

// bandOf is the band of a coefficient.
var bandOf = [16]uint8{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7}

func (t *tokenProbs) byNumber() (probs [planes]planeProbs) {
	for plane := range probs {
		for n, band := range bandOf {
			probs[plane][n] = t[plane][band]
		}
	}
	return probs
}

// zigzag is the place in a group of each coefficient, by its number in zigzag order.
var zigzag = [16]uint8{0, 1, 16, 32, 17, 2, 3, 18, 33, 48, 49, 34, 19, 35, 50, 51}

// largeProbs are the probabilities of the extra bits of the categories 3 to 6: section 13.2.
var largeProbs = [4][]uint8{
	{173, 148, 140},
	{176, 155, 140, 135},
	{180, 157, 141, 134, 130},
	{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129},
}

// A square is a part of a macroblock whose blocks of coefficients follow each other: the one of
// first coefficients, or the 16 of luma, or the 4 of Cb or Cr.
type square struct {
	side  int // blocks
	probs *planeProbs
	steps *[16]int32 // of the quantizer, by a coefficient's number
	first int        // coefficient: 1 where that before is in planeLumaDC

	// A bit for each neighbor, the lowest for the first: 1 if it has coefficients. Then, of the
	// last row and column.
	above, left uint8

	to     []group // zero before
	counts []uint8 // of coefficients, by block
}

// readBlocksGo reads the coefficients of a square of 4×4 blocks, multiplies them by the quantizer's
// steps and puts them where they belong (RFC 6386, 13). A block's count is the number of its last
// coefficient plus 1, or 0 if it has none, as most do.
func (p *partition) readBlocksGo(s *square) {
	w := p.window
	for i := range s.side * s.side {
		if w.n < 8 {
			w = p.fill(w)
		}
		x, y := i%s.side, i/s.side
		q := &s.probs[s.first][s.above>>x&1+s.left>>y&1]
		split := w.split(q[0])
		n := 0
		if w.isZero(split) {
			w = w.zero(split)
			s.above &^= 1 << x
			s.left &^= 1 << y
		} else {
			w, n = p.readBlock(w.one(split), q, s, s.to[i/4][4*(i%4):])
			s.above |= 1 << x
			s.left |= 1 << y
		}
		s.counts[i] = uint8(n)
	}
	p.window = w
}

// readBlock reads a block that has coefficients. q are the probabilities of the first.
func (p *partition) readBlock(w window, q *[11]uint8, s *square, to []int16) (window, int) {
	n := s.first
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
			q = &s.probs[n][0]
			continue
		}
		w = w.one(split)
		next := &s.probs[n+1]
		v := int32(1)
		if split = w.split(q[2]); w.isZero(split) {
			w = w.zero(split)
			q = &next[1]
		} else {
			w, v = p.readLarge(w.one(split), q)
			q = &next[2]
		}
		w, v = w.readSign(v * s.steps[n])
		to[zigzag[n]] = int16(v)
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

// A border says which blocks along an edge of a macroblock have coefficients, as a square does.
type border struct {
	luma, cb, cr uint8
	dc           uint8 // the block of the first coefficients; stays when a macroblock has none
}

// readCoefficients reads all blocks of a macroblock.
func (d *decoder) readCoefficients(m *macroblock, p *partition, above, left *border) {
	s := &d.segments[m.segment]
	c := &d.coefficients
	q := square{4, &d.probs[planeLuma], &s.y1, 0, above.luma, left.luma, c[:4], d.counts[:16]}
	if m.whole {
		dc := square{1, &d.probs[planeLumaDC], &s.y2, 0, above.dc, left.dc, d.dc[:], d.dcCount[:]}
		p.readBlocks(&dc)
		above.dc, left.dc = dc.above, dc.left
		q.probs, q.first = &d.probs[planeLumaAC], 1
	}
	p.readBlocks(&q)
	above.luma, left.luma = q.above, q.left
	if m.whole {
		inverseWHT(&d.dc[0], d.dcCount[0], c, &d.counts)
	}
	q = square{2, &d.probs[planeChroma], &s.uv, 0, above.cb, left.cb, c[4:5], d.counts[16:20]}
	p.readBlocks(&q)
	above.cb, left.cb = q.above, q.left
	q.above, q.left, q.to, q.counts = above.cr, left.cr, c[5:6], d.counts[20:]
	p.readBlocks(&q)
	above.cr, left.cr = q.above, q.left
}
