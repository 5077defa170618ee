package jpeg

import (
	"context"
	"math/bits"
)

// acBand decodes the scans of a band of AC coefficients of one component.
type acBand struct {
	bits    *bitReader
	huffman *huffman
	ss, se  uint
	al      uint
	at      *[64]uint8 // slots.dense of the scale
	kept    uint64
	eobRun  int // blocks that an end-of-band run still covers (section G.1.2.2)
	size    int // number of values per block
	value   []int16
	nonzero []uint64
}

// acScan decodes an AC scan: the first scan of a band, or a refinement scan.
func (d *Decoder) acScan(ctx context.Context, s *scan) error {
	index := s.comps[0].index
	c := &d.comps[index]
	h := &d.huff[1][s.comps[0].acID]
	if err := h.ready(d.meter); err != nil {
		return err
	}
	slots := &slotsFor[c.scale]
	b := acBand{
		bits: &d.bits, huffman: h, ss: uint(s.ss), se: uint(s.se), al: uint(s.al),
		at: &slots.dense, kept: slots.kept, size: c.scale * c.scale,
		value: d.prog.value[index], nonzero: d.prog.nonzero[index],
	}
	decode := b.first
	if s.ah > 0 {
		decode = b.refine
	}
	if d.tolerant {
		decode = b.tolerant(s)
	}
	return d.acRows(ctx, c, func() { b.eobRun = 0 }, func(i, n int) error {
		if !decode(i, n) {
			return errBadCode
		}
		if b.bits.overrun() {
			return errShort
		}
		return nil
	})
}

// acRows decodes all blocks of a component. It calls decode for n blocks from index i on, and restart after each
// restart marker. Every end-of-band run ends at a restart marker and at the end of the scan.
func (d *Decoder) acRows(ctx context.Context, c *component, restart func(), decode func(i, n int) error) error {
	restarts := d.beginScan(c.codedX * c.codedY)
	for y := range c.codedY {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.meter.Spend(int64(c.codedX)); err != nil {
			return err
		}
		for x := 0; x < c.codedX; {
			if restarts.due() {
				if err := d.restart(&restarts); err != nil {
					return err
				}
				restart()
			}
			n := restarts.atMost(c.codedX - x)
			if !restarts.missing {
				if err := decode(y*c.blocksX+x, n); err != nil {
					if err := d.damaged(&restarts, err); err != nil {
						return err
					}
				}
			}
			restarts.count(n)
			x += n
		}
	}
	return nil
}

// first decodes n blocks from index i on in the first scan of a band (section G.1.2.2). It stops early at the end
// of the segment.
func (b *acBand) first(i, n int) (ok bool) {
	r, h := b.bits, b.huffman
	buf, pos, acc, taken := r.buf, r.pos, r.acc, r.taken
	for end := i + n; i < end; i++ {
		if b.eobRun > 0 { // the file contains no data for these blocks
			skipped := min(b.eobRun, end-i)
			b.eobRun -= skipped
			i += skipped - 1
			continue
		}
		if r.end-pos < maxUnit {
			if pos, ok = r.more(pos, acc, taken); !ok {
				return true
			}
		}
		value := b.value[i*b.size:][:b.size]
		nonzero := uint64(0)
		state := (b.ss-1)<<8 | taken // as in decodeAC
		for {
			if state&255 > 32 {
				var took uint
				acc, took = refilled(acc, buf[pos:], state)
				pos += int(took)
				state -= 8 * took
			}
			e := h.symbols[acc>>(64-symbolBits)]
			if e == 0 {
				run, length := h.endOfBand(acc)
				if length > 0 {
					acc <<= length
					b.eobRun = 1<<run + int(acc>>(64-run)) - 1
					acc <<= run
					state += length + run
					break
				}
				if e = h.slow(acc); e == 0 {
					return false
				}
			}
			acc <<= e.bits()
			state += uint(e & 0xFFFF)
			k := state >> 8
			if k > b.se {
				if k < endOfBlock {
					return false
				}
				break
			}
			if v := e.value(); v != 0 {
				nonzero |= 1 << k
				if at := int(b.at[k&63]); at < len(value) {
					value[at] = int16(v << b.al)
				}
			}
			if k == b.se {
				break
			}
		}
		taken = state & 255
		b.nonzero[i] |= nonzero
	}
	r.pos, r.acc, r.taken = pos, acc, taken
	return true
}

// refine reads one more bit for the bands of n blocks from index i on. It stops early at the end of the segment.
func (b *acBand) refine(i, n int) (ok bool) {
	band := ^uint64(0) << b.ss & (^uint64(0) >> (63 - b.se))
	for end := i + n; i < end; i++ {
		if b.eobRun > 0 && b.nonzero[i]&band == 0 { // the file contains no data for this block
			b.eobRun--
			continue
		}
		if b.bits.ready(); b.bits.overrun() {
			return true
		}
		if !b.refineBlock(i) {
			return false
		}
	}
	return true
}

// refineBlock reads one more bit for the band of block i (section G.1.2.3). Each symbol stands for a new
// coefficient of ±1. After the symbol comes a correction bit for each nonzero coefficient among the zeros of its
// run.
func (b *acBand) refineBlock(i int) (ok bool) {
	band := ^uint64(0) << b.ss & (^uint64(0) >> (63 - b.se))
	old := b.nonzero[i] & band
	value := b.value[i*b.size:][:b.size]
	r := b.bits
	k := b.ss
	for b.eobRun == 0 {
		r.refill()
		e := b.huffman.symbols[r.acc>>(64-symbolBits)]
		if e == 0 {
			if run, length := b.huffman.endOfBand(r.acc); length > 0 {
				r.acc <<= length
				r.taken += length
				b.eobRun = 1<<run + int(r.take(run))
				break
			}
			e = b.huffman.slow(r.acc)
		}
		v := e.value()
		if e == 0 || v < -1 || v > 1 {
			return false
		}
		r.acc <<= e.bits()
		r.taken += e.bits()
		if e.advance() == endOfBlock {
			b.eobRun = 1
			break
		}
		// Skip e.advance()-1 zeros. The next zero is the new coefficient, or the last zero of a ZRL.
		zeros := ^old & (^uint64(0) << k)
		for range e.advance() - 1 {
			zeros &= zeros - 1
		}
		end := uint(bits.TrailingZeros64(zeros))
		if end > b.se {
			return false
		}
		b.correct(value, old&(^uint64(0)<<k)&(1<<end-1))
		if v != 0 {
			b.nonzero[i] |= 1 << end
			if at := int(b.at[end&63]); at < len(value) {
				value[at] = int16(v << b.al)
			}
		}
		if end == b.se {
			return true
		}
		k = end + 1
	}
	b.eobRun--
	b.correct(value, old&(^uint64(0)<<k))
	return true
}

// correct reads a bit for each coefficient in a bit mask. A bit of 1 increases the coefficient's absolute value.
func (b *acBand) correct(value []int16, which uint64) {
	count := uint(bits.OnesCount64(which))
	if count > 32 { // more bits than one call of take returns
		b.correct(value, which&(1<<32-1))
		b.correct(value, which>>32<<32)
		return
	}
	word := b.bits.take(count) << (64 - count)
	for ; which&b.kept != 0; which &= which - 1 {
		bit := int16(word >> 63)
		word <<= 1
		if at := int(b.at[bits.TrailingZeros64(which)&63]); at < len(value) {
			v := value[at]
			sign := v >> 15
			value[at] = v + (1<<b.al^sign-sign)&-bit
		}
	}
}
