package colorspace

import (
	"bytes"
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

const iccMarker = "ICC_PROFILE\x00"

// inJPEG collects the APP2 segments that hold a profile (ICC.1:2022, B.4), up to the first scan.
// They may come in any order; if one is missing, or there twice, there is no profile.
func inJPEG(file []byte) (f found) {
	var parts [256][]byte
	count, have, size := 0, 0, 0
	for b := file[min(2, len(file)):]; ; {
		marker, segment, rest, ok := nextSegment(b)
		if !ok || marker == 0xda || marker == 0xd9 { // SOS, EOI
			break
		}
		b = rest
		switch {
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc: // SOF
			if len(segment) > 5 {
				f.space = map[byte]icc.Space{1: icc.Gray, 3: icc.RGB, 4: icc.CMYK}[segment[5]]
			}
		case marker == 0xe2 && len(segment) >= 14 && string(segment[:12]) == iccMarker:
			number, n := int(segment[12]), int(segment[13])
			if count == 0 {
				count = n
			}
			if n != count || number < 1 || number > n || parts[number] != nil {
				have = -len(parts) // and never enough
				continue
			}
			parts[number] = segment[14:]
			have++
			size += len(segment) - 14
		}
	}
	if have == count && size > 0 && size <= icc.MaxProfile {
		f.profile = bytes.Join(parts[1:], nil)
	}
	return f
}

// nextSegment returns the next marker segment of b: bytes that are none are passed over, as decoders do.
func nextSegment(b []byte) (marker byte, segment, rest []byte, ok bool) {
	for {
		i := bytes.IndexByte(b, 0xff)
		if i < 0 || i+1 >= len(b) {
			return 0, nil, nil, false
		}
		marker, b = b[i+1], b[i+1:]
		switch {
		case marker == 0 || marker == 0xff || marker == 1 || marker >= 0xd0 && marker <= 0xd8:
			continue // stuffing, fill, and markers that stand alone
		case marker == 0xd9:
			return marker, nil, nil, true
		case len(b) < 3:
			return 0, nil, nil, false
		}
		n := int(binary.BigEndian.Uint16(b[1:]))
		if n < 2 || 1+n > len(b) {
			return 0, nil, nil, false
		}
		return marker, b[3 : 1+n], b[1+n:], true
	}
}
