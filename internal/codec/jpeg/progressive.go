package jpeg

import (
	"context"
	"fmt"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// maxScans is the maximum number of scans of a progressive file. The largest useful number is about 2,600 for three
// components, with a scan for each bit of each coefficient. Real files have 6 to 20 scans.
const maxScans = 4000

// plannedScan is a scan of the file, and whether it is decoded.
type plannedScan struct {
	at, next       int64 // offsets of the marker of the scan, and of the next marker
	comps          uint8 // bit i: component i
	ss, se, ah, al uint8
	wanted         bool
}

// plan lists all scans and marks those that must be decoded. It finds the scans without decoding them, at memory
// speed.
func (d *Decoder) plan(first segment) (planned []plannedScan, err error) {
	s := d.segs // a copy, so that the position of d.segs stays unchanged
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
// It goes from the last scan to the first. A scan is decoded if it has bits of a needed coefficient. An AC
// refinement scan also needs all earlier scans of its band, because it has a correction bit for each nonzero
// coefficient. The last bit of the AC coefficients of rough components is not needed. If nothing else shows that
// the last scan is complete, it is decoded to check that.
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

// band returns the coefficients of a scan as a bit mask, bit k for coefficient k in zigzag order.
func (s *plannedScan) band() uint64 { return ^uint64(0) << s.ss & (^uint64(0) >> (63 - s.se)) }

// maxRoughStep is the largest chroma quantization step for which roughChroma applies. It is that of quality 66 in
// libjpeg's scaling of table K.2.
const maxRoughStep = 12

// rough reports whether the last bit of the AC coefficients of c is skipped.
func (d *Decoder) rough(c *component) bool {
	table := &d.quant[c.tq]
	return d.roughChroma && c.scale > d.scale && table.defined && max(table.q[1], table.q[2]) <= maxRoughStep
}

// decodeProgressive decodes the needed scans (annex G) and then applies the inverse DCT. first is the first scan of
// the file.
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

// scanWork and tableWork are the costs of starting a scan and of building a Huffman table, in units of
// [codec.Meter].
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
