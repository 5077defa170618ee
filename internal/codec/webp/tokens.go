package webp

// Block types of coefficients (RFC 6386, 13.3).
const (
	planeLumaAC = iota // luma blocks without the first coefficient, which is in planeLumaDC
	planeLumaDC
	planeChroma
	planeLuma
	planes
)

// tokenProbs holds the token probabilities by block type, band, context and tree node. The context of
// the first coefficient of a block is the number of neighboring blocks that have coefficients. The context of another
// coefficient is the class of the previous one.
type tokenProbs [planes][8][3][11]uint8

// planeProbs holds the probabilities of a block type by coefficient number instead of band. The element after the last
// coefficient is never used.
type planeProbs [17][3][11]uint8

// bandOf holds the band of each coefficient.
var bandOf = [16]uint8{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7}

func (t *tokenProbs) byNumber() (probs [planes]planeProbs) {
	for plane := range probs {
		for n, band := range bandOf {
			probs[plane][n] = t[plane][band]
		}
	}
	return probs
}

// zigzag lists the coefficients in zigzag order. An element is the index of a coefficient in a group.
var zigzag = [16]uint8{0, 1, 16, 32, 17, 2, 3, 18, 33, 48, 49, 34, 19, 35, 50, 51}

// largeProbs are the probabilities of the extra bits of categories 3 to 6: section 13.2.
var largeProbs = [4][]uint8{
	{173, 148, 140},
	{176, 155, 140, 135},
	{180, 157, 141, 134, 130},
	{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129},
}

// A square is the set of blocks of one kind in a macroblock: the Y2 block, the 16 luma blocks, or the 4 blocks of Cb
// or Cr.
type square struct {
	side  int // number of blocks on each side
	probs *planeProbs
	steps *[16]int32 // quantizer steps by coefficient number
	first int        // number of the first coefficient: 1 if the DC coefficients are in the Y2 block

	// One bit per neighboring block, the first block in the lowest bit: 1 if the block has coefficients. readBlocks
	// replaces them by the bits of the last row and column of blocks.
	above, left uint8

	to     []group // zero before decoding
	counts []uint8 // number of coefficients of each block
}

// readBlocksGo reads the coefficients of a square, multiplies them by the quantizer steps, and stores them in the
// groups (RFC 6386, 13). The count of a block is the number of its last coefficient plus 1, or 0 if it has none.
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

// readBlock reads a block with at least one coefficient. q holds the probabilities of the first token.
func (p *partition) readBlock(w window, q *[11]uint8, s *square, to []int16) (window, int) {
	n := s.first
	for {
		if w.n < 32 { // enough for 4 calls
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

// readLarge reads the rest of a coefficient of at least 2. The window has bits for two more calls afterwards.
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

// A border holds one bit per block along an edge of a macroblock, as in square.
type border struct {
	luma, cb, cr uint8
	dc           uint8 // bit of the Y2 block; macroblocks without a Y2 block do not change it
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
