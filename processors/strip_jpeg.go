package processors

import (
	"bytes"
	"encoding/binary"
)

// More markers (ITU-T T.81, table B.1).
const (
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP14 = 0xee
)

// stripJPEG keeps the segments that decoding needs: those of T.81 itself but for comments, and of
// applications' JFIF without its thumbnail and Adobe, which say what the components are. It returns
// nil for a file with anything odd between them.
func stripJPEG(data []byte) []byte {
	out := append(make([]byte, 0, len(data)), 0xff, markerSOI)
	for rest := data[2:]; ; {
		for len(rest) > 1 && rest[0] == 0xff && rest[1] == 0xff { // fill bytes
			rest = rest[1:]
		}
		if len(rest) < 4 || rest[0] != 0xff {
			if len(rest) >= 2 && rest[0] == 0xff && rest[1] == markerEOI {
				return append(out, 0xff, markerEOI)
			}
			return nil
		}
		marker := rest[1]
		if marker == markerEOI {
			return append(out, 0xff, markerEOI)
		}
		n := 2 + int(binary.BigEndian.Uint16(rest[2:]))
		if marker < markerSOF0 || marker >= markerRST0 && marker <= markerSOI || n < 4 || n > len(rest) {
			return nil
		}
		out = append(out, keptSegment(marker, rest[:n])...)
		if rest = rest[n:]; marker == markerSOS {
			n = scanLength(rest)
			out = append(out, rest[:n]...)
			rest = rest[n:]
		}
	}
}

// keptSegment returns what is kept of a segment, which is given with its marker and its length.
func keptSegment(marker byte, segment []byte) []byte {
	body := segment[4:]
	switch {
	case marker == markerAPP0 && len(body) >= 14 && bytes.HasPrefix(body, []byte("JFIF\x00")):
		kept := append([]byte{0xff, markerAPP0, 0, 16}, body[:12]...)
		return append(kept, 0, 0) // no thumbnail
	case marker == markerAPP14 && len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")):
		return append([]byte{0xff, markerAPP14, 0, 14}, body[:12]...)
	case marker <= markerSOFF, marker >= markerSOS && marker <= markerDRI:
		return segment
	}
	return nil
}

// scanLength returns how many bytes of entropy-coded data, with the restart markers in it, stand
// before the next marker.
func scanLength(data []byte) int {
	for i := 0; i+1 < len(data); i++ {
		if next := data[i+1]; data[i] == 0xff && next != 0 && next != 0xff && (next < markerRST0 || next > markerRST0+7) {
			return i
		}
	}
	return len(data)
}
