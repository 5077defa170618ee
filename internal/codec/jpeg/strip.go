package jpeg

import (
	"bytes"
	"context"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// strip keeps only the segments that decoding needs. These are the segments of T.81 without comments, the JFIF segment without its
// thumbnail, and the Adobe segment, which defines the meaning of the components. strip returns nil for files that not every viewer can
// display: CMYK, arithmetic coding, components with the same identifier, missing tables, a missing end, and damaged files.
func strip(data []byte, h *codec.Header) []byte {
	f := h.Detail.(*detail).frame
	if len(f.comps) == 4 || f.arithmetic || f.sharesNames() || !endsCleanly(data) {
		return nil
	}
	s := segments{r: codec.NewBytesReader(context.Background(), data), next: 2}
	out := append(make([]byte, 0, len(data)), 0xFF, mSOI)
	tables := false
	seg, err := s.read()
	for err == nil && seg.marker != mEOI {
		tables = tables || seg.marker == mDHT
		out = append(out, kept(seg.marker, data[seg.at:s.next])...)
		scan := s.next
		inScan := seg.marker == mSOS
		if seg, err = s.read(); err == nil && inScan {
			coded := data[scan:seg.at]
			for len(coded) > 0 && coded[len(coded)-1] == 0xFF { // fill bytes
				coded = coded[:len(coded)-1]
			}
			out = append(out, coded...)
		}
	}
	if err != nil || !tables {
		return nil
	}
	return append(out, 0xFF, mEOI)
}

// kept returns the part of a segment to keep. b is the segment with its marker and length.
func kept(marker byte, b []byte) []byte {
	switch {
	case marker == mAPP0 && len(b) >= 4+14 && bytes.HasPrefix(b[4:], []byte("JFIF\x00")):
		jfif := append([]byte{0xFF, mAPP0, 0, 16}, b[4:4+12]...)
		return append(jfif, 0, 0) // no thumbnail
	case marker == mAPP14 && len(b) >= 4+12 && bytes.HasPrefix(b[4:], []byte("Adobe")):
		return append([]byte{0xFF, mAPP14, 0, 14}, b[4:4+12]...)
	case isFrame(marker), marker == mDHT, marker == mDQT, marker == mDRI, marker == mSOS:
		return b
	}
	return nil
}

// sharesNames reports whether components have the same identifier.
func (f *frame) sharesNames() bool {
	for i, c := range f.comps {
		for _, other := range f.comps[:i] {
			if c.id == other.id {
				return true
			}
		}
	}
	return false
}

// endsCleanly reports whether a file is sound, and EOI directly follows the data of the last scan. Otherwise strip would keep the data between
// the scan and EOI.
func endsCleanly(data []byte) bool {
	d := Get()
	defer d.Release()
	d.readLast = true
	_, err := d.Decode(context.Background(), data, Options{Scale: 1})
	d.readLast = false
	return err == nil && d.clean
}

// maxPadding is how many bytes may follow the last bits of a scan.
const maxPadding = 2

// endedCleanly is like endsCleanly, for a file that has just been decoded up to its last scan.
func (d *Decoder) endedCleanly() bool {
	_, marker := d.nextMarker()
	left := d.bits.end*8 - (d.bits.pos*8 - 64 + int(d.bits.taken))
	return marker == mEOI && d.bits.done && left < 8*(maxPadding+1)
}
