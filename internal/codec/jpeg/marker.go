package jpeg

import "bytes"

// Markers, table B.1.
const (
	mSOF0  = 0xC0 // baseline sequential
	mSOF1  = 0xC1 // extended sequential
	mSOF2  = 0xC2 // progressive
	mDHT   = 0xC4
	mRST0  = 0xD0
	mRST7  = 0xD7
	mSOI   = 0xD8
	mEOI   = 0xD9
	mSOS   = 0xDA
	mDQT   = 0xDB
	mDNL   = 0xDC
	mDRI   = 0xDD
	mAPP0  = 0xE0
	mAPP14 = 0xEE
	mAPP15 = 0xEF
	mCOM   = 0xFE
)

// input is the file and how far its markers are read.
type input struct {
	data []byte
	off  int
}

// next returns the next marker and its segment without the length (section B.1.1). Bytes that
// belong to no segment are stepped over, as libjpeg and image/jpeg do; so is entropy-coded data,
// with its stuffed zeros and restart markers.
func (in *input) next() (marker byte, segment []byte, err error) {
	for {
		i := bytes.IndexByte(in.data[in.off:], 0xFF)
		if i < 0 || in.off+i+1 >= len(in.data) {
			return 0, nil, corrupt("no EOI marker")
		}
		in.off += i + 1
		marker = in.data[in.off]
		if marker == 0xFF {
			continue // fill byte, section B.1.1.2
		}
		in.off++
		if marker != 0 && (marker < mRST0 || marker > mRST7) {
			break
		}
	}
	if marker == mEOI || marker == mSOI {
		return marker, nil, nil
	}
	if in.off+2 > len(in.data) {
		return 0, nil, corrupt("file ends inside a segment")
	}
	n := int(in.data[in.off])<<8 | int(in.data[in.off+1])
	if n < 2 {
		return 0, nil, corrupt("segment length below 2")
	}
	if in.off+n > len(in.data) {
		return 0, nil, corrupt("file ends inside a segment")
	}
	segment = in.data[in.off+2 : in.off+n]
	in.off += n
	return marker, segment, nil
}

// markerSize is how many bytes before the offset a marker begins that next has returned.
func markerSize(marker byte, segment []byte) int {
	if marker == mEOI || marker == mSOI {
		return 2
	}
	return 4 + len(segment)
}

// restart steps over entropy-coded data up to the given restart marker and past it. Another marker
// is an error (section F.2.2.5; there is no resynchronisation, a picture with a hole is not a
// picture).
func (in *input) restart(want byte) error {
	for {
		i := bytes.IndexByte(in.data[in.off:], 0xFF)
		if i < 0 || in.off+i+1 >= len(in.data) {
			return corrupt("file ends before a restart marker")
		}
		in.off += i + 1
		switch m := in.data[in.off]; m {
		case 0xFF:
		case 0x00:
			in.off++
		case want:
			in.off++
			return nil
		default:
			return corrupt("restart marker missing or out of order")
		}
	}
}

// segment takes in one segment that is neither table nor scan.
func (f *frame) segment(marker byte, seg []byte) error {
	switch marker {
	case mSOF0, mSOF1, mSOF2:
		return f.readSOF(marker, seg)
	case mAPP0:
		f.jfif = f.jfif || bytes.HasPrefix(seg, []byte("JFIF\x00"))
		return nil
	case mAPP14:
		if len(seg) >= 12 && bytes.HasPrefix(seg, []byte("Adobe")) {
			f.adobe, f.adobeTransform = true, seg[11]
		}
		return nil
	case mDNL:
		if len(seg) == 2 && len(f.comps) > 0 && int(seg[0])<<8|int(seg[1]) == f.height {
			return nil // the frame header has said it already
		}
	case mSOI:
		return corrupt("second SOI marker")
	}
	switch {
	case marker >= mAPP0 && marker <= mAPP15 || marker == mCOM:
		return nil
	case marker < mSOF0:
		return corrupt("unknown marker")
	}
	return unsupported(markerName(marker))
}

// markerName says what an unsupported marker would have brought.
func markerName(m byte) string {
	switch m {
	case 0xC3, 0xC7, 0xCB, 0xCF:
		return "lossless coding"
	case 0xC5, 0xC6, 0xCD, 0xCE, 0xDE, 0xDF:
		return "hierarchical coding"
	case 0xC9, 0xCA, 0xCC:
		return "arithmetic coding"
	case mDNL:
		return "number of lines defined after the scan (DNL)"
	}
	return "reserved marker"
}

// readHeader reads up to the first SOS marker, which it leaves to be read. Tables on the way are
// skipped if t is nil.
func (f *frame) readHeader(in *input, t *tables) error {
	if !bytes.HasPrefix(in.data, []byte{0xFF, mSOI}) {
		return corrupt("no SOI marker")
	}
	in.off = 2
	for {
		at := in.off
		marker, seg, err := in.next()
		if err != nil {
			return err
		}
		switch marker {
		case mEOI:
			return corrupt("no scan")
		case mSOS:
			in.off = at
			if len(f.comps) == 0 {
				return corrupt("scan before frame header")
			}
			return nil
		case mDHT, mDQT, mDRI:
			if t != nil {
				err = t.segment(marker, seg)
			}
		default:
			err = f.segment(marker, seg)
		}
		if err != nil {
			return err
		}
	}
}

// between takes in a segment that lies between scans.
func (d *Decoder) between(marker byte, seg []byte) error {
	switch marker {
	case mDHT, mDQT, mDRI:
		return d.tables.segment(marker, seg)
	}
	return d.frame.segment(marker, seg)
}
