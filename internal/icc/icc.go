// Package icc converts pictures to sRGB, from the color space of an ICC profile, or from primaries and a transfer function.
//
// The conversion is relative colorimetric, without black-point compensation. Colors outside of sRGB are clipped. The
// package supports profiles of versions 2 and 4 for gray, RGB and CMYK. A profile may have tone curves, tone curves and a
// matrix, or a lookup table (lut8, lut16, lutAToB) to CIE XYZ or CIELAB.
//
// Source: ICC.1:2022 (profile version 4.4), whose sections the comments cite, and ICC.1:2001-04 for
// version 2.
package icc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxProfile is the maximum size of a profile in bytes. Printer profiles have up to 3 MB.
const MaxProfile = 4 << 20

// errProfile is matched by the errors for invalid profiles, and for profiles of a class or color space that is not used
// for pictures. The caller should ignore such a profile.
var errProfile = errors.New("unusable color profile")

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errProfile, fmt.Sprintf(format, args...))
}

// A Space is the color space of stored pixels.
type Space uint8

const (
	Gray Space = 1 + iota
	RGB
	CMYK
)

// channels returns the number of samples per pixel.
func (s Space) channels() int { return [...]int{Gray: 1, RGB: 3, CMYK: 4}[s] }

// Parse returns the Transform of an ICC profile. It keeps no reference to data. Its time and memory are bounded by the
// length of data. The error matches [errProfile].
func Parse(data []byte) (*Transform, error) {
	p, err := readProfile(data)
	if err != nil {
		return nil, err
	}
	t := &Transform{space: p.space}
	switch lut, ok := p.lutTag(); {
	case ok:
		err = t.setLUT(p, lut)
	case p.space == Gray:
		err = t.setGray(p)
	case p.space == RGB:
		err = t.setMatrix(p)
	default:
		err = broken("no lookup table")
	}
	if err != nil {
		return nil, err
	}
	t.finish()
	return t, nil
}

// A profile holds the header and the tag table of an ICC profile (7.2, 7.3).
type profile struct {
	space Space
	lab   bool // the profile connection space is CIELAB, not CIE XYZ
	data  []byte
	tags  []byte // 12 bytes each: signature, offset, size
}

const (
	headerSize = 128
	maxTags    = 100
)

func readProfile(data []byte) (*profile, error) {
	if len(data) > MaxProfile {
		return nil, broken("a profile of %d bytes", len(data))
	}
	if len(data) < headerSize+4 || string(data[36:40]) != "acsp" {
		return nil, broken("no header")
	}
	p := &profile{data: data}
	if version := data[8]; version > 4 { // 1 and 3 were never published, but nothing else is wrong with such a profile
		return nil, broken("version %d", version)
	}
	switch class := string(data[12:16]); class {
	case "scnr", "mntr", "prtr", "spac":
	default:
		return nil, broken("class %q", class)
	}
	switch space := string(data[16:20]); space {
	case "GRAY":
		p.space = Gray
	case "RGB ":
		p.space = RGB
	case "CMYK":
		p.space = CMYK
	default:
		return nil, broken("color space %q", space)
	}
	switch pcs := string(data[20:24]); pcs {
	case "XYZ ":
	case "Lab ":
		p.lab = true
	default:
		return nil, broken("profile connection space %q", pcs)
	}
	n := binary.BigEndian.Uint32(data[headerSize:])
	if n > maxTags || int(n)*12 > len(data)-headerSize-4 {
		return nil, broken("%d tags", n)
	}
	p.tags = data[headerSize+4:][:n*12]
	for t := p.tags; len(t) > 0; t = t[12:] {
		if offset, size := binary.BigEndian.Uint32(t[4:]), binary.BigEndian.Uint32(t[8:]); uint64(offset)+uint64(size) > uint64(len(data)) {
			return nil, broken("tag %q beyond the end", t[:4])
		}
	}
	return p, nil
}

// tag returns the data of the first tag with the given signature.
func (p *profile) tag(signature string) ([]byte, bool) {
	for t := p.tags; len(t) > 0; t = t[12:] {
		if string(t[:4]) != signature {
			continue
		}
		offset, size := uint64(binary.BigEndian.Uint32(t[4:])), uint64(binary.BigEndian.Uint32(t[8:]))
		if size < 8 {
			return nil, false
		}
		return p.data[offset : offset+size], true
	}
	return nil, false
}

// lutTag returns the lookup table of the relative colorimetric intent, or else that of the perceptual intent. A lookup
// table takes precedence over curves and matrix (8.10.2).
func (p *profile) lutTag() ([]byte, bool) {
	if b, ok := p.tag("A2B1"); ok {
		return b, true
	}
	return p.tag("A2B0")
}

// fixed is an s15Fixed16Number (4.6).
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }
