// Package exif reads the only part of EXIF that a thumbnail needs: the orientation.
//
// Sources: Exif 2.32 (CIPA DC-008), section 4.6; TIFF 6.0, section 2.
package exif

import (
	"bytes"
	"encoding/binary"
)

const orientationTag = 0x0112

// Orientation returns the orientation, 1 to 8, in a block of EXIF, which is a TIFF header with its first directory. The prefix "Exif\0\0",
// which JPEG requires and some writers also put into PNG and WebP, may precede the header. A missing, invalid or out-of-range orientation
// counts as 1, upright. Orientation does not allocate.
func Orientation(b []byte) int {
	b = bytes.TrimPrefix(b, []byte("Exif\x00"))
	if len(b) > 0 && b[0] != 'I' && b[0] != 'M' {
		b = b[1:] // the second padding byte should be 0, but some writers use 0xFF
	}
	order, offset, ok := parseHeader(b)
	if !ok || int64(offset)+2 > int64(len(b)) {
		return 1
	}
	b = b[offset:]
	entries := int(order.Uint16(b))
	for b = b[2:]; entries > 0 && len(b) >= 12; entries, b = entries-1, b[12:] {
		if order.Uint16(b) == orientationTag {
			return value(order, b)
		}
	}
	return 1
}

// parseHeader reads the 8-byte header of a TIFF file. It returns the byte order and the offset of the first
// directory.
func parseHeader(b []byte) (order binary.ByteOrder, offset uint32, ok bool) {
	switch {
	case len(b) < 8:
		return nil, 0, false
	case b[0] == 'I' && b[1] == 'I' && b[2] == 42 && b[3] == 0:
		order = binary.LittleEndian
	case b[0] == 'M' && b[1] == 'M' && b[2] == 0 && b[3] == 42:
		order = binary.BigEndian
	default:
		return nil, 0, false
	}
	offset = order.Uint32(b[4:])
	return order, offset, offset >= 8
}

// value returns the orientation in a directory entry of 12 bytes. The entry's tag is Orientation.
func value(order binary.ByteOrder, entry []byte) int {
	const short, long, signedShort, signedLong = 3, 4, 8, 9
	value, count := uint32(0), order.Uint32(entry[4:])
	switch kind := order.Uint16(entry[2:]); kind { // only one short is valid, but some writers use another type or two values
	case short, signedShort:
		if count == 1 || count == 2 { // more values do not fit into the entry
			value = uint32(order.Uint16(entry[8:]))
		}
	case long, signedLong:
		if count == 1 {
			value = order.Uint32(entry[8:])
		}
	}
	if value < 1 || value > 8 {
		return 1
	}
	return int(value)
}
