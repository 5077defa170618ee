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
			u.c.seen = true
			if err := ts[i].h.ready(); err != nil {
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
		for range m.countX {
			if restarts.due() {
				if err := d.restart(&restarts); err != nil {
					return err
				}
				clear(predictions[:])
			}
			restarts.count(1)
			r.ready()
			for i := range ts {
				t := &ts[i]
				v := &t.value[t.at]
				t.at += t.step
				if s.ah > 0 {
					*v |= int16(r.take(1)) << s.al
					continue
				}
				diff, ok := r.decodeDC(t.h)
				if !ok {
					return errBadCode
				}
				*t.prediction += diff
				*v = int16(*t.prediction << s.al)
			}
			if r.overrun() {
				return errShort
			}
		}
	}
	return nil
}
