package jpeg

import "context"

// dcTarget is where the DC coefficients of one unit of a scan's MCUs go.
type dcTarget struct {
	h          *huffman
	prediction *int32
	value      []int16
	at, step   int // in value
}

// dcScan decodes a DC scan, the first or one that refines (section G.1.2.1).
func (d *Decoder) dcScan(ctx context.Context, s *scan) error {
	m := d.order(s)
	var predictions [4]int32
	ts := make([]dcTarget, len(m.units))
	for i, u := range m.units {
		ts[i] = dcTarget{
			h: &d.huff[0][u.sc.dcID], prediction: &predictions[u.sc.index], value: d.prog.value[u.sc.index],
		}
		if s.ah == 0 {
			if err := ts[i].h.ready(); err != nil {
				return err
			}
			if err := d.latch(u.c); err != nil {
				return err
			}
		}
	}
	r := &d.bits
	restarts := d.beginScan()
	for row := range m.countY {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, u := range m.units {
			x, y, step := m.position(u, row)
			size := u.c.scale * u.c.scale
			ts[i].at, ts[i].step = (y*u.c.blocksX+x)*size, step*size
		}
		for left := m.countX; left > 0; {
			if restarts.due() {
				if err := d.restart(&restarts); err != nil {
					return err
				}
				clear(predictions[:])
			}
			n := restarts.atMost(left)
			restarts.count(n)
			left -= n
			if s.ah > 0 {
				r.refineDC(ts, n, s.al)
			} else if !r.firstDC(ts, n, s.al) {
				return errBadCode
			}
			if r.overrun() {
				return errShort
			}
		}
	}
	return nil
}

// latch keeps the quantisation table of a component whose first scan comes: once all of its scans are over, another may be
// defined in its place for the components that follow (section B.2.2).
func (d *Decoder) latch(c *component) error {
	table := &d.quant[c.tq]
	if !table.defined {
		return corrupt("component without a quantisation table")
	}
	if !c.seen {
		c.seen, c.steps = true, table.q
	}
	return nil
}

// firstDC decodes n MCUs of a first scan. It stops early where the segment ends.
func (r *bitReader) firstDC(ts []dcTarget, n, al int) (ok bool) {
	buf, pos, acc, taken := r.buf, r.pos, r.acc, r.taken
	for ; n > 0; n-- {
		if r.end-pos < maxUnit {
			if pos, ok = r.more(pos, acc, taken); !ok {
				return true
			}
		}
		for i := range ts {
			t := &ts[i]
			if taken > 32 {
				var took uint
				acc, took = refilled(acc, buf[pos:], taken)
				pos += int(took)
				taken -= 8 * took
			}
			e := t.h.symbols[acc>>(64-symbolBits)]
			if e == 0 {
				if e = t.h.slow(acc); e == 0 {
					return false
				}
			}
			acc <<= e.bits()
			taken += e.bits()
			*t.prediction += e.value()
			t.value[t.at] = int16(*t.prediction << al)
			t.at += t.step
		}
	}
	r.pos, r.acc, r.taken = pos, acc, taken
	return true
}

// refineDC reads one more bit for each DC coefficient of n MCUs. It stops early where the segment ends.
func (r *bitReader) refineDC(ts []dcTarget, n, al int) {
	buf, pos, acc, taken := r.buf, r.pos, r.acc, r.taken
	for ; n > 0; n-- {
		if r.end-pos < maxUnit {
			var ok bool
			if pos, ok = r.more(pos, acc, taken); !ok {
				return
			}
		}
		if taken > 32 { // what is left is enough: an MCU has 10 units at most
			var took uint
			acc, took = refilled(acc, buf[pos:], taken)
			pos += int(took)
			taken -= 8 * took
		}
		for i := range ts {
			t := &ts[i]
			t.value[t.at] |= int16(acc>>63) << al
			t.at += t.step
			acc <<= 1
		}
		taken += uint(len(ts))
	}
	r.pos, r.acc, r.taken = pos, acc, taken
}
