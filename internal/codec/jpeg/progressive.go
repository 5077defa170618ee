package jpeg

import "context"

// The largest useful number of scans, each bit of each coefficient for itself, is about 2,600 for
// three components; real files have 6 to 20. Without bounds a few bytes each could cost a look at
// every block.
const (
	maxScans  = 500    // that are decoded
	maxWalked = 10_000 // that are found
)

// plannedScan is what becomes of a scan, and where the marker after it stands.
type plannedScan struct {
	wanted bool
	next   int
}

// plan finds the scans that matter, by walking over all of them without decoding, which is at
// memory speed.
//
// From the last scan to the first: a scan matters if it brings bits of a coefficient that is
// wanted, and a refinement of AC coefficients that matters wants the history of its whole band,
// because it has a bit for each nonzero one. The last bit of the AC coefficients of rough
// components does not matter.
func (d *Decoder) plan() (planned []plannedScan, err error) {
	in := d.input // the walk leaves the position alone
	var scans []scan
	for {
		marker, seg, err := in.next()
		if err != nil {
			return nil, err
		}
		if n := len(scans); n > len(planned) {
			planned = append(planned, plannedScan{next: in.off - markerSize(marker, seg)})
		}
		if marker == mEOI {
			break
		}
		if marker == mSOS {
			s, err := d.readSOS(seg)
			if err != nil {
				return nil, err
			}
			if scans = append(scans, s); len(scans) > maxWalked {
				return nil, errManyScans
			}
		}
	}
	var want [4]uint64
	for i, c := range d.comps {
		want[i] = slotsFor[c.scale].kept
	}
	count := 0
	for i := len(scans) - 1; i >= 0; i-- {
		s := &scans[i]
		for _, sc := range s.comps {
			if s.band()&want[sc.index] == 0 || s.ss > 0 && s.ah == 1 && d.rough(&d.comps[sc.index]) {
				continue
			}
			planned[i].wanted = true
			if s.ss > 0 && s.ah > 0 {
				want[sc.index] |= s.band()
			}
		}
		if planned[i].wanted {
			count++
		}
	}
	if count > maxScans {
		return nil, errManyScans
	}
	return planned, nil
}

// maxRoughStep is the largest quantisation step of chroma that may be rough: that of quality 66 in
// the usual tables (libjpeg's scaling of table K.2).
const maxRoughStep = 12

// rough reports whether the last bits of the AC coefficients of c are left out.
func (d *Decoder) rough(c *component) bool {
	table := &d.quant[c.tq]
	return d.roughChroma && c.scale > d.scale && table.defined && max(table.q[1], table.q[2]) <= maxRoughStep
}

var errManyScans = unsupported("progressive file of so many scans")

// band is the coefficients of a scan, bit k for coefficient k.
func (s *scan) band() uint64 { return ^uint64(0) << s.ss & (^uint64(0) >> (63 - s.se)) }

// decodeProgressive decodes the scans that matter (annex G) from the first SOS marker on, and then
// transforms.
func (d *Decoder) decodeProgressive(ctx context.Context) error {
	planned, err := d.plan()
	if err != nil {
		return err
	}
	d.prog.allocate(&d.frame)
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
			if !planned[i].wanted {
				d.off = planned[i].next
			} else {
				s, err := d.readSOS(seg)
				if err != nil {
					return err
				}
				decode := d.dcScan
				if s.ss > 0 {
					decode = d.acScan
				}
				if err := decode(ctx, &s); err != nil {
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
