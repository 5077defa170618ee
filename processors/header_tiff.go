package processors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// Tags of a TIFF directory (TIFF 6.0, section 8).
const (
	tiffWidth        = 0x0100
	tiffHeight       = 0x0101
	tiffBits         = 0x0102
	tiffCompression  = 0x0103
	tiffPhotometric  = 0x0106
	tiffFillOrder    = 0x010a
	tiffOrientation  = 0x0112
	tiffSamples      = 0x0115
	tiffPlanar       = 0x011c
	tiffT4Options    = 0x0124
	tiffExtraSamples = 0x0152
)

// parseTIFF reads the first directory, which may be anywhere after the first 8 bytes.
func parseTIFF(s *scanner, h *Header) error {
	start, err := s.block(8)
	if err != nil {
		return err
	}
	order, offset, ok := exif.ParseHeader(start)
	if !ok {
		return errors.New("no directory")
	}
	if err := s.skip(int64(offset) - 8); err != nil {
		return err
	}
	b, err := s.block(2)
	if err != nil {
		return err
	}
	entries, err := s.block(12 * int64(order.Uint16(b)))
	if err != nil {
		return err
	}

	var width, height uint32
	bits, samples, compression := uint32(1), uint32(1), uint32(1)
	var photometric, fillOrder, planar, t4, extra uint32
	for ; len(entries) > 0; entries = entries[12:] {
		switch value := tiffValue(order, entries); order.Uint16(entries) {
		case tiffWidth:
			width = value
		case tiffHeight:
			height = value
		case tiffBits:
			bits = value
			if order.Uint32(entries[4:]) > 2 {
				bits = 0 // the values lie elsewhere
			}
		case tiffCompression:
			compression = value
		case tiffPhotometric:
			photometric = value
		case tiffFillOrder:
			fillOrder = value
		case tiffPlanar:
			planar = value
		case tiffT4Options:
			t4 = value
		case tiffExtraSamples:
			extra = value
		case tiffSamples:
			samples = value
		case tiffOrientation:
			h.Orientation = exif.Value(order, entries)
		}
	}
	if width > math.MaxInt32 || height > math.MaxInt32 {
		return errors.New("a side beyond 2^31-1")
	}
	h.stored = image.Pt(int(width), int(height))
	// The decoder takes no notice of these, or calls them damage.
	fax := compression >= 2 && compression <= 4
	switch {
	case fillOrder == 2 && !fax:
		return fmt.Errorf("%w: bits from right to left", ErrFormat)
	case compression == 3 && t4 != 0:
		return fmt.Errorf("%w: fax with options %d", ErrFormat, t4)
	case planar == 2 && samples > 1:
		return fmt.Errorf("%w: a plane for each sample", ErrFormat)
	case photometric == 2 && samples > 3 && (samples > 4 || extra == 0):
		return fmt.Errorf("%w: %d samples, of which some are neither colour nor alpha", ErrFormat, samples)
	}
	switch {
	case samples == 1 && bits <= 8:
		h.bits = 8
	case bits == 8 || bits == 1:
		h.bits = 32
	default:
		h.bits = 64
	}
	if bits != 0 && bits <= 16 && samples <= 4 {
		h.least = tiffLeast(compression, float64(width)*float64(height)*float64(bits*samples)/8)
	}
	// The decoder holds a strip as well, which may be all of the picture, in a buffer that grows if
	// it was compressed.
	strips := 1
	if compression != 1 {
		strips = 2
	}
	if h.Orientation != 1 {
		strips = max(strips, 2)
	}
	h.bits *= int64(1 + strips)
	return nil
}

// tiffLeast returns how many bytes of a file that many bytes of pixels take at least.
func tiffLeast(compression uint32, pixels float64) int64 {
	switch compression {
	case 1: // none
		return saturated(pixels)
	case 8, 32946: // deflate
		return saturated(pixels / maxInflation)
	case 32773: // PackBits: two bytes stand for 128
		return saturated(pixels / 64)
	default: // LZW and the fax codes have no useful bound
		return 0
	}
}

// tiffValue returns the number in a directory entry of type BYTE, SHORT or LONG. Of several it is
// the first, if they lie in the entry.
func tiffValue(order binary.ByteOrder, entry []byte) uint32 {
	switch order.Uint16(entry[2:]) {
	case 1:
		return uint32(entry[8])
	case 3:
		return uint32(order.Uint16(entry[8:]))
	case 4:
		return order.Uint32(entry[8:])
	default:
		return 0
	}
}
