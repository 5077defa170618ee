package processors

import (
	"encoding/binary"
	"errors"
	"image"
)

// parseGIF reads the logical screen descriptor (GIF89a, section 18) and counts the frames, if
// skipping the pixels between them is not too expensive.
func parseGIF(s *scanner, h *Header) error {
	var b [13]byte
	if err := s.read(b[:]); err != nil {
		return err
	}
	h.stored = image.Pt(int(binary.LittleEndian.Uint16(b[6:])), int(binary.LittleEndian.Uint16(b[8:])))
	h.bits = 8 + 32 // the frame, and the canvas that it is composed on
	if s.peeking {
		return nil
	}
	return ignoreEnd(countFrames(s, h, b[10]))
}

// countFrames walks from block to block up to the end, or to one frame more than an animation may
// have. flags are those of the screen.
func countFrames(s *scanner, h *Header, flags byte) error {
	const extension, image = 0x21, 0x2c
	table := func(flags byte) int64 { return int64(flags>>7) * 3 * (2 << (flags & 7)) }
	if err := s.skip(table(flags)); err != nil {
		return err
	}
	for h.frames <= MaxFrames {
		head := int64(1) // the label of an extension
		switch kind, err := s.next(); {
		case err != nil:
			return err
		case kind == image:
			var descriptor [9]byte
			if err := s.read(descriptor[:]); err != nil {
				return err
			}
			h.frames++
			head = table(descriptor[8]) + 1 // and the code size
		case kind != extension:
			return nil
		}
		for n := head; n > 0; {
			if err := s.skip(n); err != nil {
				return err
			}
			size, err := s.next()
			if err != nil {
				return err
			}
			n = int64(size)
		}
	}
	return nil
}

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
