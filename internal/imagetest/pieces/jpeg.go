package pieces

import (
	"bytes"
	"encoding/binary"
)

// JPEG returns a segment of a JPEG: marker, length, data.
func JPEG(marker byte, data ...[]byte) []byte {
	b := []byte{0xff, marker, 0, 0}
	for _, d := range data {
		b = append(b, d...)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-2))
	return b
}

// IntoJPEG returns a JPEG with segments inserted after SOI.
func IntoJPEG(file []byte, segments ...[]byte) []byte {
	return bytes.Join([][]byte{file[:2], bytes.Join(segments, nil), file[2:]}, nil)
}

// EXIF returns a block of EXIF as in PNG and WebP: a directory with only an orientation.
func EXIF(orientation int) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	b[19] = byte(orientation)
	return b
}

// APP1 returns the segment in which a JPEG has EXIF.
func APP1(exif []byte) []byte { return JPEG(0xe1, []byte("Exif\x00\x00"), exif) }
