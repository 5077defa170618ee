package jpeg

import "bytes"

// Markers, table B.1.
const (
	mTEM   = 0x01
	mSOF0  = 0xC0 // baseline sequential
	mSOF1  = 0xC1 // extended sequential
	mSOF2  = 0xC2 // progressive
	mSOF3  = 0xC3 // lossless
	mDHT   = 0xC4
	mJPG   = 0xC8
	mSOF9  = 0xC9 // extended sequential, arithmetic coding
	mSOF10 = 0xCA // progressive, arithmetic coding
	mSOF11 = 0xCB // lossless, arithmetic coding
	mDAC   = 0xCC
	mSOF15 = 0xCF
	mRST0  = 0xD0
	mRST7  = 0xD7
	mSOI   = 0xD8
	mEOI   = 0xD9
	mSOS   = 0xDA
	mDQT   = 0xDB
	mDNL   = 0xDC
	mDRI   = 0xDD
	mAPP0  = 0xE0
	mAPP1  = 0xE1
	mAPP2  = 0xE2
	mAPP14 = 0xEE
	mAPP15 = 0xEF
	mCOM   = 0xFE
)

// isFrame reports whether a marker begins a frame header, of a kind that is decoded or not.
func isFrame(m byte) bool {
	return m >= mSOF0 && m <= mSOF15 && m != mDHT && m != mJPG && m != mDAC
}

// markerName returns the name of the unsupported feature that a marker stands for.
func markerName(m byte) string {
	switch m {
	case mSOF3, 0xC7, mSOF11, mSOF15:
		return "lossless coding"
	case 0xC5, 0xC6, 0xCD, 0xCE, 0xDE, 0xDF:
		return "hierarchical coding"
	case mDNL:
		return "number of lines defined after the scan (DNL)"
	}
	return "reserved marker"
}

// application reads the first 12 bytes of an APP0 or APP14 segment.
func (f *frame) application(marker byte, b []byte) {
	switch {
	case marker == mAPP0:
		f.jfif = f.jfif || bytes.HasPrefix(b, []byte("JFIF\x00"))
	case len(b) >= 12 && bytes.HasPrefix(b, []byte("Adobe")):
		f.adobe, f.adobeTransform = true, b[11]
	}
}

// input holds the entropy-coded data of the file, and the offset up to which they have been read.
type input struct {
	data []byte
	off  int
}

// restart skips entropy-coded data up to the given restart marker, and the marker. Any other marker is an error (section F.2.2.5).
func (in *input) restart(want byte) error {
	at, marker := in.nextMarker()
	switch marker {
	case 0:
		return corrupt("file ends before a restart marker")
	case want:
		in.off = at + 2
		return nil
	}
	return corrupt("restart marker missing or out of order")
}

// nextMarker returns the offset and the value of the next marker. At the end of the file, the value is 0. in.off does not change.
func (in *input) nextMarker() (at int, marker byte) {
	at = in.off
	for {
		i := bytes.IndexByte(in.data[at:], 0xFF)
		if i < 0 || at+i+1 >= len(in.data) {
			return len(in.data), 0
		}
		at += i
		switch in.data[at+1] {
		case 0xFF:
			at++
		case 0:
			at += 2
		default:
			return at, in.data[at+1]
		}
	}
}
