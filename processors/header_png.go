package processors

import (
	"encoding/binary"
	"errors"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// maxInflation is how many bytes deflate can make of one, at most (RFC 1951: 258 bytes for two
// codes of one bit).
const maxInflation = 1032

// parsePNG reads the IHDR and looks for an eXIf chunk, which may be before or after the pixels
// (PNG, third edition, 5.6 and 11.3.3.5). A file that ends before IEND is not an error here.
func parsePNG(s *scanner, h *Header) error {
	var b [8 + 8 + 13 + 4]byte
	if err := s.read(b[:]); err != nil {
		return err
	}
	if string(b[8:16]) != "\x00\x00\x00\x0dIHDR" {
		return errors.New("no IHDR")
	}
	width, height := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if width > 1<<31-1 || height > 1<<31-1 {
		return errors.New("a side beyond 2^31-1")
	}
	h.stored = image.Pt(int(width), int(height))
	depth, colour, interlaced := int64(b[24]), b[25], b[28] != 0

	file := depth // bits per pixel
	switch colour {
	case 2:
		file *= 3
	case 4:
		file *= 2
	case 6:
		file *= 4
	}
	h.least = int64(float64(width) * float64(height) * float64(file) / 8 / maxInflation)
	switch {
	case depth == 16:
		h.bits = 64
	case colour == 0 || colour == 3:
		h.bits = 8
	default:
		h.bits = 32
	}
	if colour == 0 || colour == 2 {
		h.bits = max(h.bits, 32*(depth+7)/8) // a tRNS chunk would add alpha
	}
	h.streams = depth <= 8 && !interlaced
	if interlaced {
		h.bits += h.bits / 2
	}

	if err := pngChunks(s, h); err != nil {
		return err
	}
	if h.Orientation != 1 {
		h.bits *= 2
	}
	return nil
}

// pngChunks looks for the orientation, and for a gamma by which the picture is converted before it
// is shrunk.
func pngChunks(s *scanner, h *Header) error {
	for {
		var b [8]byte
		switch err := s.read(b[:]); {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
		n := int64(binary.BigEndian.Uint32(b[:]))
		switch string(b[4:]) {
		case "IEND":
			return nil
		case "IDAT":
			if s.peeking {
				return nil
			}
		case "gAMA":
			if n != 4 {
				break
			}
			data, err := s.block(4)
			if err != nil {
				return ignoreEnd(err)
			}
			if g := binary.BigEndian.Uint32(data); g < 37000 || g > 57000 { // as icc.Transform.Far, to the safe side
				h.streams = false
				h.bits += 32
			}
			n = 0
		case "eXIf":
			data, err := s.block(min(n, 1<<20))
			if err != nil {
				return ignoreEnd(err)
			}
			h.Orientation = exif.Orientation(data)
			return nil
		}
		if err := s.skip(n + 4); err != nil { // with the CRC
			return ignoreEnd(err)
		}
	}
}

// ignoreEnd makes nothing of a file that ends too soon: the decoder will find out.
func ignoreEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
