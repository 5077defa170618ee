package processors

import (
	"encoding/binary"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// Flags of the VP8X chunk.
const (
	webpAnimated = 1 << 1
	webpEXIF     = 1 << 3
	webpAlpha    = 1 << 4
)

// Memory per pixel of a lossy picture in full size, to the safe side.
const (
	bitsLossy = 12 + 32 + 4             // the planes, and the RGBA that is made of them
	bitsAlpha = bitsLossy + 8 + 32 + 24 // alpha, and what that is decoded from
)

// parseWebP reads the first chunk and, if that is VP8X, goes on to the kind of the image and to the
// EXIF chunk that the flags announce after it (WebP Container Specification).
func parseWebP(s *scanner, h *Header) error {
	if err := s.skip(12); err != nil {
		return err
	}
	id, n, err := webpChunk(s)
	if err != nil {
		return err
	}
	if id != "VP8X" {
		return parseWebPBitstream(s, h, id)
	}
	if n < 10 {
		return errors.New("a VP8X chunk that is too short")
	}
	b, err := s.block(10)
	if err != nil {
		return err
	}
	flags := b[0]
	h.stored = image.Pt(int(uint24(b[4:]))+1, int(uint24(b[7:]))+1)
	h.bits = 64
	if err := s.skip(n + n&1 - 10); err != nil {
		return ignoreEnd(err)
	}
	for kind := false; !kind || flags&webpEXIF != 0 && !s.peeking; {
		id, n, err := webpChunk(s)
		if err != nil {
			return ignoreEnd(err)
		}
		switch id {
		case "VP8 ":
			if !kind {
				h.bits, h.streams = bitsLossy, true
			}
			kind = true
		case "ALPH":
			h.bits = bitsAlpha
			kind = true
		case "VP8L":
			kind = true
		case "ANMF":
			h.bits = bitsAlpha + 32 // the frame, and the canvas that it is composed on
			kind = true
		case "EXIF":
			data, err := s.block(min(n, 1<<20))
			if err != nil {
				return ignoreEnd(err)
			}
			if h.Orientation = exif.Orientation(data); h.Orientation != 1 {
				h.bits *= 2
			}
			return nil
		}
		if err := s.skip(n + n&1); err != nil {
			return ignoreEnd(err)
		}
	}
	return nil
}

// webpChunk reads the head of a RIFF chunk. Chunks begin at even offsets: n bytes, if odd, are
// followed by one of padding.
func webpChunk(s *scanner) (id string, n int64, err error) {
	var b [8]byte
	if err := s.read(b[:]); err != nil {
		return "", 0, err
	}
	return string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:])), nil
}

// parseWebPBitstream reads the size from the image itself (RFC 6386, 9.1; WebP Lossless Bitstream
// Specification, 3).
func parseWebPBitstream(s *scanner, h *Header, id string) error {
	b, err := s.block(10)
	if err != nil {
		return err
	}
	switch {
	case id == "VP8 " && string(b[3:6]) == "\x9d\x01\x2a":
		h.stored = image.Pt(int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff))
		h.bits, h.streams = bitsLossy, true
	case id == "VP8L" && b[0] == 0x2f:
		sizes := binary.LittleEndian.Uint32(b[1:])
		h.stored = image.Pt(int(sizes&0x3fff)+1, int(sizes>>14&0x3fff)+1)
		h.bits = 64
	default:
		return errors.New("no frame header")
	}
	return nil
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
