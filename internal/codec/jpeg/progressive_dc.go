package jpeg

import "context"

// dcTarget describes where the DC coefficients of one unit of an MCU are stored.
type dcTarget struct {
	component  *component
	huffman    *huffman
	arith      *arithmeticTarget // used instead of huffman for arithmetic coding
	prediction *int32
	value      []int16
	row        int // index in value of the first block of this row of MCUs
	at, step   int // index in value of the next block, and distance to the one after it
	blank      int16
}

func (d *Decoder) dcTargets(s *scan, m *mcus) ([]dcTarget, error) {
	predictions := new([4]int32)
	ts := make([]dcTarget, len(m.units))
	for i, u := range m.units {
		ts[i] = dcTarget{
			component: u.component, huffman: &d.huff[0][u.sc.dcID], prediction: &predictions[u.sc.index], value: d.prog.value[u.sc.index],
		}
		if s.ah > 0 {
			continue
		}
		if err := d.latch(u.component); err != nil {
			return nil, err
		}
		if u.sc.index == 3 { // component 3 is black, and this value means no ink
			ts[i].blank = int16(min(127*8/max(u.component.steps[0], 1), 1<<15-1))
		}
		if d.frame.arithmetic {
			ts[i].arith = d.arith.target(u.sc, &d.conditioning)
		} else if err := ts[i].huffman.ready(d.meter); err != nil {
			return nil, err
		}
	}
	return ts, nil
}

// dcScan decodes a DC scan: the first scan, or a refinement scan (section G.1.2.1).
func (d *Decoder) dcScan(ctx context.Context, s *scan) error {
	m := d.order(s)
	ts, err := d.dcTargets(s, &m)
	if err != nil {
		return err
	}
	if s.ah == 0 {
		d.blocks += m.countX * m.countY * len(ts)
	}
	decode := func(n int) error { return d.dcMCUs(ts, n, s) }
	switch {
	case d.frame.arithmetic:
		d.arith.reset()
		decode = func(n int) error { return d.arithmeticDC(ts, n, s) }
	case d.tolerant:
		decode = func(int) error { return d.tolerantDC(ts, s) }
	}
	restarts := d.beginScan(m.countX * m.countY)
	for row := range m.countY {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.meter.Spend(int64(m.countX * len(ts))); err != nil {
			return err
		}
		for i, u := range m.units {
			x, y, step := m.position(u, row)
			size := u.component.scale * u.component.scale
			ts[i].row, ts[i].step = (y*u.component.blocksX+x)*size, step*size
		}
		if err := d.dcRow(ts, m.countX, s, &restarts, decode); err != nil {
			return err
		}
	}
	return nil
}

// dcRow decodes count MCUs of one row.
func (d *Decoder) dcRow(ts []dcTarget, count int, s *scan, restarts *restarts, decode func(n int) error) error {
	for x := 0; x < count; {
		if restarts.due() {
			if err := d.restart(restarts); err != nil {
				return err
			}
			for i := range ts {
				*ts[i].prediction = 0
			}
			if d.frame.arithmetic {
				d.arith.reset()
			}
		}
		n := restarts.atMost(count - x)
		for i := range ts {
			ts[i].at = ts[i].row + x*ts[i].step
		}
		restarts.count(n)
		x += n
		if restarts.missing {
			if s.ah == 0 {
				d.missing += n * len(ts)
				blank(ts, n)
			}
			continue
		}
		if err := decode(n); err != nil {
			if err := d.damaged(restarts, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// blank sets the DC coefficients of n missing MCUs.
func blank(ts []dcTarget, n int) {
	for i := range ts {
		for j := range n {
			ts[i].value[ts[i].at+j*ts[i].step] = ts[i].blank
		}
	}
}

// latch copies the quantization table of a component at the start of its first scan. After the last scan of the
// component, the file may define another table in its place for later components (section B.2.2).
func (d *Decoder) latch(c *component) error {
	table := &d.quant[c.tq]
	if !table.defined {
		return corrupt("component without a quantization table")
	}
	if !c.seen {
		c.seen, c.steps = true, table.q
	}
	return nil
}

// dcMCUs decodes n MCUs.
func (d *Decoder) dcMCUs(ts []dcTarget, n int, s *scan) error {
	r := &d.bits
	if s.ah > 0 {
		r.refineDC(ts, n, s.al)
	} else if !r.firstDC(ts, n, s.al) {
		return errBadCode
	}
	if r.overrun() {
		return errShort
	}
	return nil
}

// firstDC decodes n MCUs of a first scan. It stops early at the end of the segment.
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
			e := t.huffman.symbols[acc>>(64-symbolBits)]
			if e == 0 {
				if e = t.huffman.slow(acc); e == 0 {
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

// refineDC reads one more bit for each DC coefficient of n MCUs. It stops early at the end of the segment.
func (r *bitReader) refineDC(ts []dcTarget, n, al int) {
	buf, pos, acc, taken := r.buf, r.pos, r.acc, r.taken
	for ; n > 0; n-- {
		if r.end-pos < maxUnit {
			var ok bool
			if pos, ok = r.more(pos, acc, taken); !ok {
				return
			}
		}
		if taken > 32 { // the remaining bits are sufficient, because an MCU has at most 10 units
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
