package processors

import (
	"encoding/binary"
	"errors"
	"image"
)

// parseBMP reads the file header and the BITMAPINFOHEADER or one of its successors.
func parseBMP(s *scanner, h *Header) error {
	var b [14 + 20]byte
	if err := s.read(b[:]); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b[14:]) < 40 {
		return ErrFormat // OS/2's, of 12 bytes
	}
	width, height := int64(int32(binary.LittleEndian.Uint32(b[18:]))), int64(int32(binary.LittleEndian.Uint32(b[22:])))
	if height < 0 {
		height = -height // the rows stand from top to bottom
	}
	if height > 1<<31-1 {
		return errors.New("a side beyond 2^31-1")
	}
	h.stored = image.Pt(int(width), int(height))
	bits, compression := int64(binary.LittleEndian.Uint16(b[28:])), binary.LittleEndian.Uint32(b[30:])
	h.bits = 32
	if bits <= 8 {
		h.bits = 8
	}
	if (compression == bmpRGB || compression == bmpBitFields || compression == bmpAlphaBitFields) && width > 0 && bits <= 32 {
		h.least = saturated(float64(width) * float64(height) * float64(bits) / 8)
	}
	return nil
}

// saturated is int64(f) for whatever f.
func saturated(f float64) int64 {
	return int64(min(f, 1<<62))
}
