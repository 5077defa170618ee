package jpeg

import (
	"context"
	"fmt"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// maxScans is how many scans a progressive file may have. The largest useful number, each bit of
// each coefficient for itself, is about 2,600 for three components; real files have 6 to 20.
const maxScans = 4000

// plannedScan is what becomes of a scan.
type plannedScan struct {
	at, next       int64 // offsets of its marker, and of the one behind it
	comps          uint8 // bit i: component i
	ss, se, ah, al uint8
	wanted         bool
}

// plan finds the scans that matter, by walking over all of them without decoding, which is at
// memory speed.
func (d *Decoder) plan(first segment) (planned []plannedScan, err error) {
	s := d.segs // the walk leaves the position alone
	var p progress
	seg, end := first, false
	for err == nil && !end && !p.complete(len(d.comps)) {
		if seg.marker == mSOS {
			var scan plannedScan
			if scan, err = d.planScan(&s, seg, &p); err != nil {
				break
			}
			if planned = append(planned, scan); len(planned) > maxScans {
				return nil, fmt.Errorf("%w: more than %d scans", codec.ErrTooLarge, maxScans)
			}
		}
		if seg, err = s.read(); err == nil {
			if last := &planned[len(planned)-1]; last.next == 0 {
				last.next = seg.at
			}
			end, err = endsPicture(seg.marker)
		}
	}
	eoi := err == nil && seg.marker == mEOI
	if eoi || d.tolerant || p.complete(len(d.comps)) {
		d.choose(planned, !eoi || d.readLast)
		return planned, nil
	}
	if err == nil {
		err = corrupt("no EOI marker")
	}
	return nil, err
}

func (d *Decoder) planScan(s *segments, seg segment, p *progress) (plannedScan, error) {
	b, err := s.data(seg)
	if err != nil {
		return plannedScan{}, err
	}
	sc, err := d.readSOS(b, p)
	if err != nil {
		return plannedScan{}, err
	}
	p.note(&sc)
	planned := plannedScan{at: seg.at, ss: uint8(sc.ss), se: uint8(sc.se), ah: uint8(sc.ah), al: uint8(sc.al)}
	for _, c := range sc.comps {
		planned.comps |= 1 << c.index
	}
	return planned, nil
}

// choose marks the scans that are decoded.
//
// From the last scan to the first: a scan matters if it brings bits of a coefficient that is
// wanted, and a refinement of AC coefficients that matters wants the history of its whole band,
// because it has a bit for each nonzero one. The last bit of the AC coefficients of rough
// components does not matter. Where nothing says that the last scan is whole, it is decoded to see
// that.
func (d *Decoder) choose(planned []plannedScan, last bool) {
	var want [4]uint64
	for i, c := range d.comps {
		want[i] = slotsFor[c.scale].kept
	}
	for n := len(planned) - 1; n >= 0; n-- {
		s := &planned[n]
		for i := range d.comps {
			wanted := s.band()&want[i] != 0 && (s.ss == 0 || s.ah != 1 || !d.rough(&d.comps[i]))
			if s.comps>>i&1 == 0 || !wanted && !last {
				continue
			}
			s.wanted = true
			if s.ss > 0 && s.ah > 0 {
				want[i] |= s.band()
			}
		}
		last = false
	}
}

// band is the coefficients of a scan, bit k for coefficient k.
func (s *plannedScan) band() uint64 { return ^uint64(0) << s.ss & (^uint64(0) >> (63 - s.se)) }

// maxRoughStep is the largest quantization step of chroma that may be rough: that of quality 66 in
// the usual tables (libjpeg's scaling of table K.2).
const maxRoughStep = 12

// rough reports whether the last bits of the AC coefficients of c are left out.
func (d *Decoder) rough(c *component) bool {
	table := &d.quant[c.tq]
	return d.roughChroma && c.scale > d.scale && table.defined && max(table.q[1], table.q[2]) <= maxRoughStep
}

// decodeProgressive decodes the scans that matter (annex G), of which first is the first of all, and
// then transforms.
func (d *Decoder) decodeProgressive(ctx context.Context, first segment) error {
	planned, err := d.plan(first)
	if err != nil {
		return err
	}
	var withAC [4]bool
	for _, s := range planned {
		for i := range withAC {
			withAC[i] = withAC[i] || s.wanted && s.ss > 0 && s.comps>>i&1 != 0
		}
	}
	d.prog.allocate(&d.frame, withAC)
	d.segs.next = first.at
	if err := d.progressiveScans(ctx, planned); err != nil && !d.tolerates(err) {
		return err
	}
	d.out.allocate(&d.frame)
	if err := d.transform(ctx); err != nil {
		return err
	}
	return d.complete()
}

func (d *Decoder) progressiveScans(ctx context.Context, planned []plannedScan) error {
	var p progress
	for _, scan := range planned {
		seg, ok, err := d.nextScan()
		if err != nil || !ok {
			return err
		}
		b, err := d.segs.data(seg)
		if err != nil {
			return err
		}
		s, err := d.readSOS(b, &p)
		if err != nil {
			return err
		}
		p.note(&s)
		d.off = int(seg.body + seg.size)
		if scan.wanted {
			if err := d.progressiveScan(ctx, &s); err != nil {
				return err
			}
		}
		d.segs.next = scan.next
	}
	return nil
}

// scanWork and tableWork are what it costs to begin a scan, and to build a Huffman table, in units
// of [codec.Meter].
const (
	scanWork  = 128
	tableWork = 1024
)

func (d *Decoder) progressiveScan(ctx context.Context, s *scan) error {
	if err := d.meter.Spend(scanWork); err != nil {
		return err
	}
	switch {
	case d.frame.arithmetic && s.ss > 0:
		return d.arithmeticACScan(ctx, s)
	case s.ss > 0:
		return d.acScan(ctx, s)
	}
	return d.dcScan(ctx, s)
}
