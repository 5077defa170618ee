package jpeg

import (
	"context"
	"errors"
)

// decodeSequential decodes the scans of a baseline or extended file (section F.2) from the first
// SOS marker on.
func (d *Decoder) decodeSequential(ctx context.Context) error {
	d.out.allocate(&d.frame)
	for {
		marker, seg, err := d.next()
		if err != nil {
			return err
		}
		switch marker {
		case mEOI:
			return d.complete()
		case mSOS:
			s, err := d.readSOS(seg)
			if err != nil {
				return err
			}
			if err := d.sequentialScan(ctx, &s); err != nil {
				return err
			}
		default:
			if err := d.between(marker, seg); err != nil {
				return err
			}
		}
	}
}

// complete checks that every component has come.
func (d *Decoder) complete() error {
	for _, c := range d.comps {
		if !c.seen {
			return corrupt("component without a scan")
		}
	}
	return nil
}

// target is where the blocks of one unit of the MCUs go, and what it takes to decode them.
type target struct {
	c          *component
	dc, ac     *huffman
	places     *[64]placement
	last       uint // highest coefficient that is needed
	prediction *int32
	plane      []byte
	stride     int
	at, step   int // in plane, samples
}

func (d *Decoder) targets(m *mcus) ([]target, error) {
	for _, u := range m.units {
		if u.c.seen {
			return nil, corrupt("component in two scans of a sequential file")
		}
	}
	predictions := new([4]int32)
	ts := make([]target, len(m.units))
	for i, u := range m.units {
		dc, ac, q := &d.huff[0][u.sc.dcID], &d.huff[1][u.sc.acID], &d.quant[u.c.tq]
		if err := errors.Join(dc.ready(), ac.ready()); err != nil {
			return nil, err
		}
		if !q.defined {
			return nil, corrupt("scan without a quantisation table")
		}
		if u.c.scale < 8 {
			ac.makeSkips()
		}
		slots, places := &slotsFor[u.c.scale], new([64]placement)
		for k := range places {
			places[k] = placement{q: float32(q.q[k]) / 8, at: uint32(slots.at[k])}
		}
		ts[i] = target{
			c: u.c, dc: dc, ac: ac, places: places, last: slots.last,
			prediction: &predictions[u.sc.index],
			plane:      d.out.plane[u.sc.index], stride: d.out.stride[u.sc.index],
		}
		u.c.seen = true
	}
	return ts, nil
}

func (d *Decoder) sequentialScan(ctx context.Context, s *scan) error {
	m := d.order(s)
	ts, err := d.targets(&m)
	if err != nil {
		return err
	}
	r := &d.bits
	restarts := d.beginScan()
	for row := range m.countY {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, u := range m.units {
			x, y, step := m.position(u, row)
			ts[i].at = (y*ts[i].stride + x) * u.c.scale
			ts[i].step = step * u.c.scale
		}
		for range m.countX {
			if restarts.due() {
				if err := d.restart(&restarts); err != nil {
					return err
				}
				for i := range ts {
					*ts[i].prediction = 0
				}
			}
			restarts.count(1)
			r.ready()
			for i := range ts {
				if !d.sequentialBlock(&ts[i]) {
					return errBadCode
				}
			}
			if r.overrun() {
				return errShort
			}
		}
	}
	return nil
}

var (
	errBadCode = corrupt("bad Huffman code, or too many coefficients")
	errShort   = corrupt("scan ends too early")
)

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
	if t.c.scale == 1 {
		dst[0] = truncated(mean)
		return r.skipAC(t.ac, 0)
	}
	b := &d.blk
	clear(b[:8*t.c.scale])
	b[0] = mean
	found, ok := r.decodeAC(t.ac, t.places, t.last, b)
	if ok {
		reconstruct(b, found, t.c.scale, dst, t.stride)
	}
	return ok
}
