package jpeg

import (
	"context"
	"math/bits"
)

// maxScans bounds the scans that are decoded of one file. The largest useful number for three components is about 2,600
// (every bit of every coefficient for itself); real files have 6 to 20. Without the bound a few bytes each could cost
// a look at every block.
const maxScans = 500

// coefficients are kept between the scans of a progressive file, quantised: those that the scale needs, and of the
// others, where a later refinement depends on it, whether they are zero.
type coefficients struct {
	value   [4][]int16  // per component: scale·scale to a block
	nonzero [4][]uint64 // bit k (zigzag) to a block; empty if no scan refines AC coefficients

	mixed  []int16 // memory of value
	words  []uint64
	eobRun int // blocks left in an end-of-band run (section G.1.2.2)
}

// plan finds the scans that matter, by walking over all of them without decoding, which is at memory speed.
//
// From the last scan to the first: a scan matters if it brings bits of a coefficient that is wanted, and a refinement of
// AC coefficients that matters wants the history of its whole band, because it has a bit for each nonzero one.
func (d *Decoder) plan() (wanted []bool, refined [4]bool, err error) {
	in := d.input // the walk leaves the position alone
	var scans []scan
	for {
		marker, seg, err := in.next()
		if err != nil {
			return nil, refined, err
		}
		if marker == mEOI {
			break
		}
		if marker == mSOS {
			s, err := d.readSOS(seg)
			if err != nil {
				return nil, refined, err
			}
			scans = append(scans, s)
		}
	}
	var want [4]uint64
	for i, c := range d.comps {
		want[i] = slotsFor[c.scale].kept
	}
	wanted = make([]bool, len(scans))
	count := 0
	for i := len(scans) - 1; i >= 0; i-- {
		s := &scans[i]
		for _, sc := range s.comps {
			if s.band()&want[sc.index] == 0 {
				continue
			}
			wanted[i] = true
			if s.ss > 0 && s.ah > 0 {
				want[sc.index] |= s.band()
				refined[sc.index] = true
			}
		}
		if wanted[i] {
			count++
		}
	}
	if count > maxScans {
		return nil, refined, unsupported("progressive file of more than 500 scans")
	}
	return wanted, refined, nil
}

// band is the coefficients of a scan, bit k for coefficient k.
func (s *scan) band() uint64 { return ^uint64(0) << s.ss & (^uint64(0) >> (63 - s.se)) }

// decodeProgressive decodes the scans that matter (annex G) from the first SOS marker on, and then transforms.
func (d *Decoder) decodeProgressive(ctx context.Context) error {
	wanted, refined, err := d.plan()
	if err != nil {
		return err
	}
	d.prog.allocate(&d.frame, refined)
	for i := 0; ; {
		marker, seg, err := d.next()
		if err != nil {
			return err
		}
		switch marker {
		case mEOI:
			if err := d.complete(); err != nil {
				return err
			}
			return d.transform(ctx)
		case mSOS:
			if wanted[i] {
				s, err := d.readSOS(seg)
				if err != nil {
					return err
				}
				if err := d.progressiveScan(ctx, &s); err != nil {
					return err
				}
			}
			i++
		default:
			if err := d.between(marker, seg); err != nil {
				return err
			}
		}
	}
}

func (p *coefficients) allocate(f *frame, refined [4]bool) {
	values, words := 0, 0
	for i, c := range f.comps {
		values += c.blocksX * c.blocksY * c.scale * c.scale
		if refined[i] {
			words += c.blocksX * c.blocksY
		}
	}
	p.mixed, p.words = grown(p.mixed, values), grown(p.words, words)
	clear(p.mixed)
	clear(p.words)
	value, word := p.mixed, p.words
	for i, c := range f.comps {
		blocks := c.blocksX * c.blocksY
		n := blocks * c.scale * c.scale
		p.value[i], value = value[:n], value[n:]
		p.nonzero[i] = nil
		if refined[i] {
			p.nonzero[i], word = word[:blocks], word[blocks:]
		}
	}
}

// transform makes samples of the coefficients.
func (d *Decoder) transform(ctx context.Context) error {
	d.out.allocate(&d.frame)
	for i := range d.comps {
		c := &d.comps[i]
		table := &d.quant[c.tq]
		if !table.defined {
			return corrupt("component without a quantisation table")
		}
		var q [64]int32 // in the order of the slots
		for k, at := range slotsFor[c.scale].at {
			if slotsFor[c.scale].kept>>k&1 != 0 {
				q[at] = table.q[k]
			}
		}
		size := c.scale * c.scale
		value := d.prog.value[i]
		for y := range c.codedY {
			if err := ctx.Err(); err != nil {
				return err
			}
			dst := d.out.plane[i][y*c.scale*d.out.stride[i]:]
			row := value[y*c.blocksX*size:]
			if c.scale == 1 {
				for x, v := range row[:c.codedX] {
					dst[x] = dcSample(int32(v) * q[0])
				}
				continue
			}
			for x := range c.codedX {
				for j, v := range row[x*size:][:size] {
					d.blk[j] = int32(v) * q[j]
				}
				idcts[c.scale](&d.blk, dst[x*c.scale:], d.out.stride[i])
			}
		}
	}
	return nil
}

// progTarget is one unit of a progressive scan's MCUs.
type progTarget struct {
	c          *component
	h          *huffman
	prediction *int32
	value      []int16
	nonzero    []uint64
	at, step   int // block
}

func (d *Decoder) progressiveScan(ctx context.Context, s *scan) error {
	m := d.order(s)
	var predictions [4]int32
	ts := make([]progTarget, len(m.units))
	for i, u := range m.units {
		t := &ts[i]
		*t = progTarget{
			c: u.c, prediction: &predictions[u.sc.index],
			value: d.prog.value[u.sc.index], nonzero: d.prog.nonzero[u.sc.index],
		}
		switch {
		case s.ss > 0:
			t.h = &d.huff[1][u.sc.acID]
		case s.ah == 0:
			t.h = &d.huff[0][u.sc.dcID]
			u.c.seen = true
		}
		if t.h != nil && !t.h.defined {
			return corrupt("scan without a Huffman table")
		}
	}
	r := &d.bits
	r.begin(&d.input)
	d.prog.eobRun = 0
	left, rst := d.restartInterval, byte(mRST0)
	for row := range m.countY {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, u := range m.units {
			x, y, step := m.position(u, row)
			ts[i].at, ts[i].step = y*u.c.blocksX+x, step
		}
		for range m.countX {
			if d.restartInterval > 0 {
				if left == 0 {
					if err := d.restart(rst); err != nil {
						return err
					}
					r.begin(&d.input)
					d.prog.eobRun = 0
					left, rst = d.restartInterval, mRST0|(rst+1)&7
					clear(predictions[:])
				}
				left--
			}
			r.ready()
			for i := range ts {
				t := &ts[i]
				if !d.progressiveBlock(s, t) {
					return errBadCode
				}
				t.at += t.step
			}
			if r.overrun() {
				return errShort
			}
		}
	}
	return nil
}

func (d *Decoder) progressiveBlock(s *scan, t *progTarget) bool {
	r := &d.bits
	switch size := t.c.scale * t.c.scale; {
	case s.ss == 0 && s.ah == 0:
		diff, ok := r.decodeDC(t.h)
		*t.prediction += diff
		t.value[t.at*size] = int16(*t.prediction << s.al)
		return ok
	case s.ss == 0:
		t.value[t.at*size] |= int16(r.take(1)) << s.al
		return true
	case s.ah == 0:
		return d.firstAC(s, t, t.value[t.at*size:][:size])
	default:
		return d.refineAC(s, t, t.value[t.at*size:][:size])
	}
}

// firstAC reads the first scan of a band of a block (section G.1.2.2).
func (d *Decoder) firstAC(s *scan, t *progTarget, value []int16) bool {
	if d.prog.eobRun > 0 {
		d.prog.eobRun--
		return true
	}
	r := &d.bits
	at := &slotsFor[t.c.scale].at
	kept := slotsFor[t.c.scale].kept
	nonzero := uint64(0)
	for k := s.ss; k <= s.se; {
		run, size, ok := r.symbol(t.h)
		if !ok {
			return false
		}
		if size == 0 {
			if run < 15 {
				d.prog.eobRun = 1<<run + int(r.take(uint(run))) - 1
				break
			}
			k += 16
			continue
		}
		k += run
		if k > s.se {
			return false
		}
		v := int16(extend(int32(r.take(uint(size))), size) << s.al)
		if kept>>k&1 != 0 {
			value[at[k]] = v
		}
		nonzero |= 1 << k
		k++
	}
	if t.nonzero != nil {
		t.nonzero[t.at] |= nonzero
	}
	return true
}

// refineAC reads one more bit of a band of a block (section G.1.2.3): new coefficients of ±1, and between them a
// correction bit for each coefficient that is not zero yet.
func (d *Decoder) refineAC(s *scan, t *progTarget, value []int16) bool {
	r := &d.bits
	old := t.nonzero[t.at] & s.band()
	found := uint64(0)
	k := s.ss
	if d.prog.eobRun == 0 {
		for k <= s.se {
			run, size, ok := r.symbol(t.h)
			if !ok || size > 1 {
				return false
			}
			if size == 0 && run < 15 {
				d.prog.eobRun = 1<<run + int(r.take(uint(run)))
				break
			}
			positive := size == 1 && r.take(1) == 1
			// The run counts coefficients that are zero; the one after it is the new one (of ZRL, the 16th zero).
			end := zeroAfter(old, k, run)
			if end > s.se {
				return false
			}
			d.correct(t, value, old&(^uint64(0)<<k)&(1<<end-1), s.al)
			if size == 1 {
				found |= 1 << end
				v := int16(-1) << s.al
				if positive {
					v = 1 << s.al
				}
				if slotsFor[t.c.scale].kept>>end&1 != 0 {
					value[slotsFor[t.c.scale].at[end]] = v
				}
			}
			k = end + 1
		}
	}
	if d.prog.eobRun > 0 {
		d.prog.eobRun--
		if k <= s.se {
			d.correct(t, value, old&(^uint64(0)<<k), s.al)
		}
	}
	t.nonzero[t.at] |= found
	return true
}

// zeroAfter is the position of the zero of nonzero that run zeros from k on precede; 64 if there are not as many.
func zeroAfter(nonzero uint64, k, run int) int {
	zeros := ^nonzero & (^uint64(0) << k)
	for range run {
		zeros &= zeros - 1
	}
	return bits.TrailingZeros64(zeros)
}

// correct reads a correction bit for each coefficient of which.
func (d *Decoder) correct(t *progTarget, value []int16, which uint64, al int) {
	r := &d.bits
	kept := slotsFor[t.c.scale].kept
	for ; which != 0; which &= which - 1 {
		k := bits.TrailingZeros64(which)
		if r.take(1) == 0 || kept>>k&1 == 0 {
			continue
		}
		if v := &value[slotsFor[t.c.scale].at[k]]; *v >= 0 {
			*v += 1 << al
		} else {
			*v -= 1 << al
		}
	}
}
