package jpeg

import "math/bits"

// The scans of a progressive file: DC; the two lowest AC coefficients, which make a picture of
// twice the resolution; all others without their last two bits; and those two bits.
//
// Fewer scans cost less time and more bytes, and so do the ten of libjpeg's script.
var progressiveScans = []scan{{}, {ss: 1, se: 2}, {ss: 3, se: 63, al: 2}, {ss: 3, se: 63, ah: 2, al: 1}, {ss: 3, se: 63, ah: 1}}

// progressive writes a progressive file. Each scan has a pass over the store that makes its tokens,
// and one over those.
func (e *encoder) progressive() error {
	if err := e.collect(); err != nil {
		return err
	}
	e.startOfFile(mSOF2)
	for _, s := range progressiveScans {
		if s.se == 0 {
			if err := e.scanDC(); err != nil {
				return err
			}
			continue
		}
		for i := range e.comps {
			if err := e.scanAC(i, s); err != nil {
				return err
			}
		}
	}
	e.endOfFile()
	return nil
}

// scanDC writes the DC coefficients of all components, interleaved (section G.1.2.1).
func (e *encoder) scanDC() error {
	for row := range e.mcus.Y {
		for x := range e.mcus.X {
			c, err := e.reserve(6)
			if err != nil {
				return err
			}
			for i := range e.comps {
				comp := &e.comps[i]
				for n := range comp.h * comp.v {
					bx, by := x*comp.h+n%comp.h, row*comp.v+n/comp.h
					dc := comp.dc
					if bx < comp.blocks.X && by < comp.blocks.Y {
						dc = int32(e.store.records[i][by*comp.blocks.X+bx].dc)
					}
					size, low := magnitude(dc - comp.dc)
					comp.dc = dc
					e.counts[2*comp.table][size]++
					c.tokens[c.n] = newToken(2*comp.table, size, low)
					c.n++
				}
			}
		}
	}
	e.huffmanTables([]int{0, 2}[:min(len(e.comps), 2)], magnitudeBits)
	e.startOfScan(e.comps, 0, scan{})
	return e.write()
}

// scanAC writes a scan of AC coefficients of component i.
func (e *encoder) scanAC(i int, s scan) error {
	const table = 1
	e.counts[table] = histogram{}
	b := band{e: e, s: s, mask: ^uint64(0) << s.ss & (^uint64(0) >> (63 - s.se))}
	for n := range e.store.records[i] {
		c, err := e.reserve(bandTokens)
		if err != nil {
			return err
		}
		b.chunk = c
		r := &e.store.records[i][n]
		if s.ah == 0 {
			b.first(r)
		} else {
			b.refine(r)
		}
	}
	c, err := e.reserve(bandTokens)
	if err != nil {
		return err
	}
	b.chunk = c
	b.endOfBand()
	for bits := range 16 {
		e.codes[rawTable<<8|bits] = uint32(bits)<<16 | uint32(bits)<<26
	}
	e.huffmanTables([]int{table}, bandBits)
	comp := e.comps[i]
	comp.table = 0
	e.startOfScan([]encComponent{comp}, i, s)
	return e.write()
}

// significant returns the coefficients of r that are not 0 once their last al bits are cut off.
func (r *record) significant(al int) uint64 {
	switch al {
	case 0:
		return r.nonzero
	case 1:
		return r.twos
	}
	return r.fours
}

// band makes the tokens of an AC scan.
type band struct {
	e     *encoder
	s     scan
	mask  uint64 // the coefficients of the scan
	chunk *chunk

	run         int // blocks of an end-of-band run that is still to be written (section G.1.2.2)
	corrections corrections
}

// bandTokens is the most tokens that a block adds: an end-of-band run with the corrections that wait,
// and as many as the block has coefficients, with their corrections.
const bandTokens = 2 + maxCorrections/15 + 64 + 64

// longestRun is what EOB14 can say.
const longestRun = 1<<15 - 1

func (b *band) token(symbol int, low uint32) {
	b.e.counts[1][symbol&255]++
	b.chunk.tokens[b.chunk.n] = newToken(1, symbol, low)
	b.chunk.n++
}

// first makes the tokens of a block in the first scan of its coefficients.
func (b *band) first(r *record) {
	m := r.significant(b.s.al) & b.mask
	if m == 0 {
		b.zeros()
		return
	}
	b.endOfBand()
	last := b.s.ss - 1
	for ; m != 0; m &= m - 1 {
		k := bits.TrailingZeros64(m)
		run := k - last - 1
		last = k
		for ; run > 15; run -= 16 {
			b.token(zeroRun, 0)
		}
		v := int32(r.values[bits.OnesCount64(r.nonzero&(1<<k-1))])
		v = (v + v>>31&(1<<b.s.al-1)) >> b.s.al // division that cuts off, section G.1.2.1
		size, low := magnitude(v)
		b.token(run<<4|size, low)
	}
	if last < b.s.se {
		b.zeros()
	}
}

// zeros takes note of a block that ends in zeros.
func (b *band) zeros() {
	b.run++
	if b.run == longestRun {
		b.endOfBand()
	}
}

// endOfBand writes the end-of-band run, and the corrections of its blocks.
func (b *band) endOfBand() {
	if b.run > 0 {
		n := bits.Len(uint(b.run)) - 1
		b.token(n<<4, uint32(b.run)&(1<<n-1))
		b.run = 0
	}
	b.correct(&b.corrections)
}

// corrections are correction bits that are still to be written: those of the coefficients that were
// significant before (section G.1.2.3).
type corrections struct {
	bits [maxCorrections]uint8
	n    int
}

const maxCorrections = 1000

func (c *corrections) add(bit uint8) {
	c.bits[c.n] = bit
	c.n++
}

// correct writes corrections, up to 15 to a token.
func (b *band) correct(c *corrections) {
	for i := 0; i < c.n; {
		n := min(15, c.n-i)
		low := uint32(0)
		for _, bit := range c.bits[i : i+n] {
			low = low<<1 | uint32(bit)
		}
		b.chunk.tokens[b.chunk.n] = newToken(rawTable, n, low)
		b.chunk.n++
		i += n
	}
	c.n = 0
}

// refine makes the tokens of a block in a scan that brings one bit more of its coefficients (section
// G.1.2.3, figure G.7).
func (b *band) refine(r *record) {
	before, now := r.significant(b.s.ah)&b.mask, r.significant(b.s.al)&b.mask
	fresh := now &^ before
	if fresh == 0 {
		b.onlyCorrections(r, before)
		return
	}
	b.endOfBand()
	end := bits.Len64(fresh) - 1
	run, last := 0, b.s.ss-1
	for m := now; m != 0; m &= m - 1 {
		k := bits.TrailingZeros64(m)
		run += k - last - 1
		last = k
		v := r.values[bits.OnesCount64(r.nonzero&(1<<k-1))]
		for ; run > 15 && k <= end; run -= 16 {
			b.token(zeroRun, 0)
			b.correct(&b.corrections)
		}
		if before>>k&1 != 0 {
			b.corrections.add(b.bit(v))
			continue
		}
		b.token(run<<4|1, uint32(^v)>>15&1)
		b.correct(&b.corrections)
		run = 0
	}
	if last < b.s.se || b.corrections.n > 0 {
		b.waiting()
	}
}

// bit is the bit of a coefficient that the scan brings.
func (b *band) bit(v int16) uint8 {
	if v < 0 {
		v = -v
	}
	return uint8(v>>b.s.al) & 1
}

// onlyCorrections makes the tokens of a block in which no coefficient becomes significant.
func (b *band) onlyCorrections(r *record, before uint64) {
	for m := before; m != 0; m &= m - 1 {
		k := bits.TrailingZeros64(m)
		b.corrections.add(b.bit(r.values[bits.OnesCount64(r.nonzero&(1<<k-1))]))
	}
	b.waiting()
}

// waiting takes note of a block that ends in an end-of-band run, with corrections.
func (b *band) waiting() {
	b.run++
	if b.run == longestRun || b.corrections.n > maxCorrections-64 {
		b.endOfBand()
	}
}
