package jpeg

import (
	"errors"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// readTables reads a segment that defines tables or the restart interval.
func (d *Decoder) readTables(seg segment) error {
	if skippable(seg.marker) {
		return nil
	}
	b, err := d.segs.data(seg)
	if err != nil {
		return err
	}
	return d.tables.segment(seg.marker, b)
}

// nextScan reads tables up to the next scan. ok is false at the end of the picture.
func (d *Decoder) nextScan() (seg segment, ok bool, err error) {
	for {
		seg, err := d.segs.read()
		if err != nil {
			return seg, false, err
		}
		if seg.marker == mSOS {
			return seg, true, nil
		}
		if end, err := endsPicture(seg.marker); end || err != nil {
			return seg, false, err
		}
		if err := d.readTables(seg); err != nil {
			return seg, false, err
		}
	}
}

// endsPicture reports whether a marker after a scan ends the picture: EOI, or SOI, which begins another
// file. A marker that may not follow the frame header is damage, because the frame header was supported.
func endsPicture(marker byte) (bool, error) {
	switch {
	case marker == mEOI || marker == mSOI:
		return true, nil
	case marker == mSOS || marker == mDHT || marker == mDQT || marker == mDRI || marker == mDAC || skippable(marker):
		return false, nil
	case isFrame(marker):
		return false, corrupt("second frame header")
	}
	return false, corrupt("unknown marker")
}

// tolerates reports whether decoding ends with the data so far instead of with err.
func (d *Decoder) tolerates(err error) bool { return d.tolerant && errors.Is(err, codec.ErrCorrupt) }

// complete checks that every component has been decoded.
func (d *Decoder) complete() error {
	for i, c := range d.comps {
		if c.seen {
			continue
		}
		if !d.tolerant {
			return corrupt("component without a scan")
		}
		n := c.codedX * c.codedY
		d.blocks += n
		d.missing += n
		d.out.gray(i)
	}
	return nil
}

// allSeen reports whether every component has been in a scan.
func (f *frame) allSeen() bool {
	for _, c := range f.comps {
		if !c.seen {
			return false
		}
	}
	return true
}
