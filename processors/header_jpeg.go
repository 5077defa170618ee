package processors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/processors/internal/exif"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerSOF0 = 0xc0
	markerSOF2 = 0xc2 // progressive
	markerDHT  = 0xc4
	markerSOF7 = 0xc7
	markerJPG  = 0xc8
	markerDAC  = 0xcc
	markerSOFF = 0xcf
	markerRST0 = 0xd0
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// parseJPEG walks from segment to segment up to the frame header. Like decoders do, it passes over bytes between
// segments that are no marker.
func parseJPEG(s *scanner, h *Header) error {
	if err := s.skip(2); err != nil {
		return err
	}
	for {
		marker, err := nextMarker(s)
		if err != nil {
			return err
		}
		if marker >= markerRST0 && marker <= markerSOI || marker == 0x01 {
			continue // these have no length
		}
		if marker == markerEOI || marker == markerSOS {
			return errors.New("no frame header")
		}
		var size [2]byte
		if err := s.read(size[:]); err != nil {
			return err
		}
		n := int64(binary.BigEndian.Uint16(size[:])) - 2
		if n < 0 {
			return errors.New("a segment shorter than its length")
		}
		switch {
		case marker >= markerSOF0 && marker <= markerSOFF && marker != markerDHT && marker != markerJPG && marker != markerDAC:
			return parseFrame(s, h, marker, n)
		case marker == markerAPP1 && h.Orientation == 1:
			b, err := s.block(n)
			if err != nil {
				return err
			}
			if len(b) > 6 && string(b[:5]) == "Exif\x00" {
				h.Orientation = exif.Orientation(b)
			}
		default:
			if err := s.skip(n); err != nil {
				return err
			}
		}
	}
}

// nextMarker returns the byte behind the next 0xFF that is neither fill nor stuffing.
func nextMarker(s *scanner) (byte, error) {
	last := byte(0)
	for {
		c, err := s.next()
		if err != nil {
			return 0, err
		}
		if last == 0xff && c != 0 && c != 0xff {
			return c, nil
		}
		last = c
	}
}

// parseFrame reads a frame header (T.81, B.2.2).
func parseFrame(s *scanner, h *Header, marker byte, n int64) error {
	b, err := s.block(n)
	if err != nil {
		return err
	}
	if len(b) < 9 || len(b) != 6+3*int(b[5]) {
		return errors.New("a frame header of the wrong length")
	}
	if marker > markerSOF2 || b[0] != 8 {
		return fmt.Errorf("%w: SOF%d with %d bits", ErrFormat, marker-markerSOF0, b[0])
	}
	h.stored = image.Pt(int(binary.BigEndian.Uint16(b[3:])), int(binary.BigEndian.Uint16(b[1:])))

	// All components together have this many samples per pixel, in sixteenths (rounded up).
	samples, hMax, vMax := 0, 1, 1
	for c := b[6:]; len(c) > 0; c = c[3:] {
		if h, v := c[1]>>4, c[1]&15; h < 1 || h > 4 || v < 1 || v > 4 {
			return errors.New("sampling factors beyond 1 to 4")
		}
		hMax, vMax = max(hMax, int(c[1]>>4)), max(vMax, int(c[1]&15))
	}
	for c := b[6:]; len(c) > 0; c = c[3:] {
		samples += (16*int(c[1]>>4)*int(c[1]&15) + hMax*vMax - 1) / (hMax * vMax)
	}
	h.bits = int64(samples+1) / 2 // 8 bits each
	if marker == markerSOF2 {
		h.bits += 2 * int64(samples) // and 32 for its coefficient
	}
	if b[5] == 4 || b[5] == 3 && samples == 48 {
		h.bits += 32 // may be RGB or CMYK, put together apart
	}
	if h.Orientation != 1 {
		h.bits += 2 * 8 * int64(b[5]) // turned, and perhaps brought to 4:4:4 for that
	}
	// No block takes less than one bit, in the scan that has its DC coefficient. Chroma may be missing altogether.
	blocks := int64((h.stored.X+7)/8) * int64((h.stored.Y+7)/8)
	h.least = blocks * int64(min(samples, 16)) / 16 / 8
	return nil
}
