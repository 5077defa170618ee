package jpeg

import (
	"context"
	"math/bits"
)

// arithmeticMCU decodes one MCU of a sequential scan.
func (d *Decoder) arithmeticMCU(ts []target) error {
	for i := range ts {
		d.arithmeticBlock(&ts[i])
	}
	if d.arith.overrun() {
		return errShort
	}
	return nil
}

func (d *Decoder) arithmeticBlock(t *target) {
	b := &d.blk
	clear(b[:8*t.component.scale])
	*t.prediction += d.arith.difference(t.arith)
	last := uint(0)
	if !d.arith.overflowed {
		d.arith.band(t.arith, 1, 63, func(k int, v int32) {
			p := &t.places[k]
			b[p.at&63] = float32(v) * p.q
			if uint(k) <= t.last {
				last = uint(k)
			}
		})
	}
	d.store(t, b, last)
}

// arithmeticDC decodes n MCUs of a DC scan.
func (d *Decoder) arithmeticDC(ts []dcTarget, n int, s *scan) error {
	a := &d.arith
	for range n {
		for i := range ts {
			t := &ts[i]
			if s.ah > 0 {
				t.value[t.at] |= int16(a.even()) << s.al
			} else {
				*t.prediction += a.difference(t.arith)
				t.value[t.at] = int16(*t.prediction << s.al)
			}
			t.at += t.step
		}
		if a.overrun() {
			return errShort
		}
	}
	return nil
}

// arithmeticACScan decodes an AC scan: the first scan of a band, or a refinement scan.
func (d *Decoder) arithmeticACScan(ctx context.Context, s *scan) error {
	index := s.comps[0].index
	c := &d.comps[index]
	b := arithmeticBand{
		arithmetic: &d.arith, target: d.arith.target(&s.comps[0], &d.conditioning), scan: s,
		slots: &slotsFor[c.scale], nonzero: d.prog.nonzero[index],
	}
	decode := b.first
	if s.ah > 0 {
		decode = b.refine
	}
	size := c.scale * c.scale
	value := d.prog.value[index]
	d.arith.reset()
	return d.acRows(ctx, c, d.arith.reset, func(i, n int) error {
		for end := i + n; i < end; i++ {
			decode(i, value[i*size:][:size])
			if d.arith.overrun() {
				return errShort
			}
		}
		return nil
	})
}

// arithmeticBand decodes the scans of a band of AC coefficients of one component.
type arithmeticBand struct {
	arithmetic *arithmetic
	target     *arithmeticTarget
	scan       *scan
	slots      *slots
	nonzero    []uint64
}

// first decodes block i in the first scan of a band (section G.1.3.2).
func (b *arithmeticBand) first(i int, value []int16) {
	b.arithmetic.band(b.target, b.scan.ss, b.scan.se, func(k int, v int32) {
		b.nonzero[i] |= 1 << k
		if at := int(b.slots.dense[k]); at < len(value) {
			value[at] = int16(v << b.scan.al)
		}
	})
}

// refine decodes one more bit of each coefficient of block i (section G.1.3.3).
func (b *arithmeticBand) refine(i int, value []int16) {
	a, stats := b.arithmetic, b.target.ac
	old := b.nonzero[i]
	step := int16(1) << b.scan.al
	last := bits.Len64(old&(1<<b.scan.se<<1-1)) - 1 // the last coefficient that earlier scans made nonzero; the encoder codes no end of block before it
	for k := b.scan.ss; k <= b.scan.se; k++ {
		if k > last && a.decode(&stats[3*(k-1)]) != 0 {
			return
		}
		for old>>k&1 == 0 && a.decode(&stats[3*(k-1)+1]) == 0 {
			if k++; k > b.scan.se {
				a.overflowed = true
				return
			}
		}
		at := int(b.slots.dense[k])
		switch {
		case old>>k&1 == 0:
			b.nonzero[i] |= 1 << k
			v := step
			if a.even() != 0 {
				v = -step
			}
			if at < len(value) {
				value[at] = v
			}
		case a.decode(&stats[3*(k-1)+2]) != 0 && at < len(value):
			if value[at] < 0 {
				value[at] -= step
			} else {
				value[at] += step
			}
		}
	}
}
