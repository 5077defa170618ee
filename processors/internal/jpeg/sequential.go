package jpeg

import "context"

// decodeSequential decodes the scans of a baseline or extended file (section F.2) from the first SOS marker on.
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
	q          *[64]int32
	slots      *slots
	idct       func(b *block, dst []byte, stride int)
	prediction *int32
	plane      []byte
	stride     int
	at, step   int // in plane, samples
}

func (d *Decoder) targets(m *mcus) ([]target, error) {
	predictions := new([4]int32)
	ts := make([]target, len(m.units))
	for i, u := range m.units {
		dc, ac, q := &d.huff[0][u.sc.dcID], &d.huff[1][u.sc.acID], &d.quant[u.c.tq]
		switch {
		case !dc.defined || !ac.defined:
			return nil, corrupt("scan without a Huffman table")
		case !q.defined:
			return nil, corrupt("scan without a quantisation table")
		}
		if u.c.scale < 8 {
			ac.makeSkips()
		}
		ts[i] = target{
			c: u.c, dc: dc, ac: ac, q: &q.q, slots: &slotsFor[u.c.scale], idct: idcts[u.c.scale],
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
	r.begin(&d.input)
	left, rst := d.restartInterval, byte(mRST0)
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
			if d.restartInterval > 0 {
				if left == 0 {
					if err := d.restart(rst); err != nil {
						return err
					}
					r.begin(&d.input)
					left, rst = d.restartInterval, mRST0|(rst+1)&7
					for i := range ts {
						*ts[i].prediction = 0
					}
				}
				left--
			}
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
	if t.c.scale == 1 {
		dst[0] = dcSample(*t.prediction * t.q[0])
		return r.skipAC(t.ac, 1)
	}
	b := &d.blk
	clear(b[:])
	b[0] = *t.prediction * t.q[0]
	if !r.decodeAC(t.ac, t.q, t.slots, b) {
		return false
	}
	t.idct(b, dst, t.stride)
	return true
}
