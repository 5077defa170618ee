package colorspace

import (
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/exif"
	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// inWebP looks for the ICCP chunk, which stands before the pixels (WebP container specification).
func inWebP(file []byte) (f found) {
	f.space = icc.RGB
	for b := file[min(12, len(file)):]; len(b) >= 8; {
		name, n := string(b[:4]), uint64(binary.LittleEndian.Uint32(b[4:]))
		b = b[8:]
		if n > uint64(len(b)) || name == "VP8 " || name == "VP8L" || name == "ANMF" {
			return f
		}
		if name == "ICCP" {
			f.profile = b[:n:n]
			return f
		}
		b = b[min(n+n&1, uint64(len(b))):]
	}
	return f
}

// inGIF looks for the application extension ICCRGBG1012 before the first picture.
func inGIF(file []byte) (f found) {
	f.space = icc.RGB
	if len(file) < 13 {
		return f
	}
	b := file[13:]
	if flags := file[10]; flags&0x80 != 0 {
		b = b[min(3<<(flags&7+1), len(b)):]
	}
	for len(b) >= 3 && b[0] == 0x21 { // an extension
		name, data, rest, ok := extension(b[2:])
		if !ok {
			return f
		}
		if b[1] == 0xff && name == "ICCRGBG1012" {
			f.profile = data
			return f
		}
		b = rest
	}
	return f
}

// extension reads the blocks behind an extension's label: the first one, and, if that one names a
// profile, the rest.
func extension(b []byte) (name string, data, rest []byte, ok bool) {
	for first := true; len(b) > 0; first = false {
		n := int(b[0])
		if n == 0 {
			return name, data, b[1:], true
		}
		if 1+n > len(b) {
			break
		}
		switch {
		case first:
			name = string(b[1 : 1+n])
		case name == "ICCRGBG1012" && len(data) <= icc.MaxProfile:
			data = append(data, b[1:1+n]...)
		}
		b = b[1+n:]
	}
	return "", nil, nil, false
}

// inTIFF looks for the tag InterColorProfile in the first directory (TIFF 6.0; ICC.1:2022, B.5).
func inTIFF(file []byte) (f found) {
	order, offset, ok := exif.ParseHeader(file)
	if !ok || uint64(offset)+2 > uint64(len(file)) {
		return f
	}
	b := file[offset:]
	entries := int(order.Uint16(b))
	for b = b[2:]; entries > 0 && len(b) >= 12; entries, b = entries-1, b[12:] {
		const photometric, profile = 262, 34675
		switch order.Uint16(b) {
		case photometric:
			spaces := map[uint16]icc.Space{0: icc.Gray, 1: icc.Gray, 2: icc.RGB, 3: icc.RGB, 5: icc.CMYK, 6: icc.RGB}
			f.space = spaces[order.Uint16(b[8:])]
		case profile:
			n, at := uint64(order.Uint32(b[4:])), uint64(order.Uint32(b[8:]))
			if kind := order.Uint16(b[2:]); (kind == 7 || kind == 1) && at+n <= uint64(len(file)) {
				f.profile = file[at : at+n : at+n]
			}
		}
	}
	return f
}

// inBMP looks for the profile that a header of version 5 (BITMAPV5HEADER) says is embedded.
// Endpoints and gammas of version 4 are left alone, as Chromium leaves them.
func inBMP(file []byte) (f found) {
	f.space = icc.RGB
	const header, v5 = 14, 124
	le := binary.LittleEndian
	if len(file) < header+v5 || le.Uint32(file[header:]) < v5 || le.Uint32(file[header+56:]) != 'M'<<24|'B'<<16|'E'<<8|'D' {
		return f
	}
	at, n := header+uint64(le.Uint32(file[header+112:])), uint64(le.Uint32(file[header+116:]))
	if at+n <= uint64(len(file)) {
		f.profile = file[at : at+n : at+n]
	}
	return f
}
