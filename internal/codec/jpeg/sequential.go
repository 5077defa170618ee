package jpeg

import (
	"context"
	"errors"
)

// decodeSequential decodes the scans of a baseline or extended file (section F.2) until every component has been
// decoded. first is the first scan.
func (d *Decoder) decodeSequential(ctx context.Context, first segment) error {
	d.out.allocate(&d.frame)
	if d.tolerant {
		for i := range d.comps {
			d.out.gray(i)
		}
	}
	d.segs.next = first.at
	if err := d.sequentialScans(ctx); err != nil && !d.tolerates(err) {
		return err
	}
	return d.complete()
}

func (d *Decoder) sequentialScans(ctx context.Context) error {
	for !d.allSeen() {
		seg, ok, err := d.nextScan()
		if err != nil || !ok {
			return err
		}
		b, err := d.segs.data(seg)
		if err != nil {
			return err
		}
		s, err := d.readSOS(b, nil)
		if err != nil {
			return err
		}
		d.off = int(seg.body + seg.size)
		if err := d.sequentialScan(ctx, &s); err != nil {
			return err
		}
		d.segs.next = int64(d.off)
	}
	return nil
}

// target describes one block of an MCU: its destination, and the tables for decoding it.
type target struct {
	component  *component
	dc, ac     *huffman
	arith      *arithmeticTarget // arithmetic coding: used instead of dc and ac
	places     *[64]placement
	last       uint // highest needed coefficient, in zigzag order
	prediction *int32
	plane      []byte
	stride     int
	at, step   int // index of the next block in plane, and distance to the one after it, in samples
}

func (d *Decoder) targets(m *mcus) ([]target, error) {
	for _, u := range m.units {
		if u.component.seen {
			return nil, corrupt("component in two scans of a sequential file")
		}
	}
	predictions := new([4]int32)
	ts := make([]target, len(m.units))
	for i, u := range m.units {
		q := &d.quant[u.component.tq]
		if !q.defined {
			return nil, corrupt("scan without a quantization table")
		}
		slots, places := &slotsFor[u.component.scale], new([64]placement)
		for k := range places {
			places[k] = placement{q: float32(q.q[k]) / 8, at: uint32(slots.at[k])}
		}
		ts[i] = target{
			component: u.component, places: places, last: slots.last, prediction: &predictions[u.sc.index],
			plane: d.out.plane[u.sc.index], stride: d.out.stride[u.sc.index],
		}
		if err := d.codingOf(&ts[i], u.sc); err != nil {
			return nil, err
		}
	}
	for _, u := range m.units {
		u.component.seen = true
	}
	return ts, nil
}

// codingOf sets the entropy coding tables of a target.
func (d *Decoder) codingOf(t *target, sc *scanComponent) error {
	if d.frame.arithmetic {
		t.arith = d.arith.target(sc, &d.conditioning)
		return nil
	}
	d.assumeUsual(0, int(sc.dcID))
	d.assumeUsual(1, int(sc.acID))
	t.dc, t.ac = &d.huff[0][sc.dcID], &d.huff[1][sc.acID]
	if err := errors.Join(t.dc.ready(d.meter), t.ac.ready(d.meter)); err != nil {
		return err
	}
	if t.component.scale < 8 {
		t.ac.makeSkips()
	}
	return nil
}

func (d *Decoder) sequentialScan(ctx context.Context, s *scan) error {
	m := d.order(s)
	ts, err := d.targets(&m)
	if err != nil {
		return err
	}
	d.blocks += m.countX * m.countY * len(ts)
	decode := d.sequentialMCU
	switch {
	case d.frame.arithmetic:
		d.arith.reset()
		decode = d.arithmeticMCU
	case d.tolerant:
		decode = d.tolerantMCU
	}
	restarts := d.beginScan(m.countX * m.countY)
	for row := range m.countY {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, u := range m.units {
			x, y, step := m.position(u, row)
			ts[i].at = (y*ts[i].stride + x) * u.component.scale
			ts[i].step = step * u.component.scale
		}
		if err := d.sequentialRow(ts, &m, &restarts, decode); err != nil {
			return err
		}
	}
	return nil
}

// sequentialRow decodes one row of MCUs.
func (d *Decoder) sequentialRow(ts []target, m *mcus, restarts *restarts, decode func([]target) error) error {
	for range m.countX {
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
		restarts.count(1)
		if restarts.missing {
			d.missing += len(ts)
			for i := range ts {
				ts[i].at += ts[i].step
			}
			continue
		}
		if err := decode(ts); err != nil {
			if err := d.damaged(restarts, err); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	errBadCode = corrupt("bad Huffman code, or too many coefficients")
	errShort   = corrupt("scan ends too early")
)

// sequentialMCU decodes one MCU.
func (d *Decoder) sequentialMCU(ts []target) error {
	r := &d.bits
	r.ready()
	for i := range ts {
		if !d.sequentialBlock(&ts[i]) {
			return errBadCode
		}
	}
	if r.overrun() {
		return errShort
	}
	return nil
}

// sequentialBlock decodes one block and transforms it.
func (d *Decoder) sequentialBlock(t *target) bool {
	r := &d.bits
	diff, ok := r.decodeDC(t.dc)
	if !ok {
		return false
	}
	*t.prediction += diff
	dst := t.plane[t.at:]
	t.at += t.step
	mean := float32(float32(*t.prediction)*t.places[0].q) + level
	if t.component.scale == 1 {
		dst[0] = truncated(mean)
		return r.skipAC(t.ac, 0)
	}
	b := &d.blk
	clear(b[:8*t.component.scale])
	b[0] = mean
	found, ok := r.decodeAC(t.ac, t.places, t.last, b)
	if ok {
		reconstruct(b, found, t.component.scale, dst, t.stride)
	}
	return ok
}
