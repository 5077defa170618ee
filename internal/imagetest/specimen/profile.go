package specimen

import (
	"encoding/binary"
	"math"
	"unicode/utf16"
)

// Profile returns an ICC profile of the space: version 4, with a matrix and a tone curve (ICC.1:2022,
// 8.3.3).
func (s Space) Profile() []byte {
	m := s.toXYZ()
	column := func(i int) []byte { return xyzTag(m[0][i], m[1][i], m[2][i]) }
	curve := s.curveTag()
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", textTag(s.Name)}, {"cprt", textTag("No copyright, use freely")}, {"wtpt", xyzTag(0.9642, 1, 0.8249)},
		{"rXYZ", column(0)}, {"gXYZ", column(1)}, {"bXYZ", column(2)},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	p := make([]byte, 128)
	copy(p[8:], "\x04\x40\x00\x00mntrRGB XYZ ")
	binary.BigEndian.PutUint16(p[24:], 2026)
	copy(p[26:], "\x00\x01\x00\x01")
	copy(p[36:], "acsp")
	copy(p[68:], xyzTag(0.9642, 1, 0.8249)[8:])
	p = binary.BigEndian.AppendUint32(p, uint32(len(tags)))
	at, data := len(p)+12*len(tags), []byte(nil)
	for _, t := range tags {
		p = append(p, t.name...)
		p = binary.BigEndian.AppendUint32(p, uint32(at+len(data)))
		p = binary.BigEndian.AppendUint32(p, uint32(len(t.data)))
		data = append(data, t.data...)
		data = append(data, make([]byte, -len(data)&3)...)
	}
	p = append(p, data...)
	binary.BigEndian.PutUint32(p, uint32(len(p)))
	return p
}

// fixed appends numbers as s15Fixed16Number.
func fixed(b []byte, v ...float64) []byte {
	for _, v := range v {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

func xyzTag(x, y, z float64) []byte { return fixed([]byte("XYZ \x00\x00\x00\x00"), x, y, z) }

// curveTag returns a parametricCurveType: of type 3 for sRGB, else of type 0.
func (s Space) curveTag() []byte {
	if s.gamma != 0 {
		return fixed([]byte("para\x00\x00\x00\x00\x00\x00\x00\x00"), s.gamma)
	}
	return fixed([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
}

// textTag returns a multiLocalizedUnicodeType with one text.
func textTag(s string) []byte {
	text := utf16.Encode([]rune(s))
	b := []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS")
	b = binary.BigEndian.AppendUint32(b, uint32(2*len(text)))
	b = binary.BigEndian.AppendUint32(b, 28)
	for _, u := range text {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return b
}
