package processors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerSOF0 = 0xc0
	markerSOF2 = 0xc2 // progressive
	markerDHT  = 0xc4
	markerJPG  = 0xc8
	markerDAC  = 0xcc
	markerSOFF = 0xcf
	markerRST0 = 0xd0
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// parseJPEG walks from segment to segment up to the first scan: EXIF may follow the frame header, too.
func parseJPEG(s *scanner, h *Header) error {
	if err := s.skip(2); err != nil {
		return err
	}
	for framed, turned := false, false; ; {
		marker, n, err := nextSegment(s)
		if err != nil {
			return err
		}
		switch {
		case marker == markerEOI || marker == markerSOS:
			if !framed {
				return errors.New("no frame header")
			}
			return nil
		case isFrame(marker) && !framed:
			if err := parseFrame(s, h, marker, n); err != nil {
				return err
			}
			framed = true
		case marker == markerAPP1 && !turned:
			b, err := s.block(n)
			if err != nil {
				return err
			}
			if len(b) > 6 && string(b[:5]) == "Exif\x00" { // of several the first counts, as in browsers
				h.Orientation, turned = exif.Orientation(b), true
			}
		default:
			if err := s.skip(n); err != nil {
				return err
			}
		}
	}
}

func isFrame(marker byte) bool {
	return marker >= markerSOF0 && marker <= markerSOFF && marker != markerDHT && marker != markerJPG && marker != markerDAC
}

// nextSegment returns the next marker that has a length, and how many bytes follow that length.
// Like decoders do, it passes over bytes between segments that are no marker. An end of the image
// has no length.
func nextSegment(s *scanner) (marker byte, n int64, err error) {
	for {
		marker, err = nextMarker(s)
		switch {
		case err != nil || marker == markerEOI:
			return marker, 0, err
		case marker >= markerRST0 && marker <= markerSOI || marker == 0x01:
			continue // these have no length
		}
		var size [2]byte
		if err := s.read(size[:]); err != nil {
			return 0, 0, err
		}
		if n = int64(binary.BigEndian.Uint16(size[:])) - 2; n < 0 {
			return 0, 0, errors.New("a segment shorter than its length")
		}
		return marker, n, nil
	}
}

// nextMarker returns the byte after the next 0xFF that is neither fill nor stuffing.
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
	h.jpeg = jpeg.Header{Width: h.stored.X, Height: h.stored.Y, Components: int(b[5]), Progressive: marker == markerSOF2, ColorModel: color.YCbCrModel}
	if h.jpeg.Components > len(h.jpeg.Sampling) {
		return fmt.Errorf("%w: %d components", ErrFormat, h.jpeg.Components)
	}
	// All components together have this many samples per pixel, in sixteenths, each rounded down.
	samples, hMax, vMax := 0, 1, 1
	for i := range h.jpeg.Components {
		f := b[6+3*i+1]
		sampling := [2]int{int(f >> 4), int(f & 15)}
		if sampling[0] < 1 || sampling[0] > 4 || sampling[1] < 1 || sampling[1] > 4 {
			return errors.New("sampling factors beyond 1 to 4")
		}
		h.jpeg.Sampling[i] = sampling
		hMax, vMax = max(hMax, sampling[0]), max(vMax, sampling[1])
	}
	for _, f := range h.jpeg.Sampling {
		samples += 16 * f[0] * f[1] / (hMax * vMax)
	}
	switch {
	case h.jpeg.Components < 3:
		h.jpeg.ColorModel = color.GrayModel
	case h.jpeg.Components == 4 || h.jpeg.Components == 3 && samples == 48:
		h.jpeg.ColorModel = color.CMYKModel // four bytes a pixel, as those of RGB, which this may be
	}
	// No block takes less than one bit, in the scan that has its DC coefficient. Chroma may be
	// missing altogether.
	blocks := int64((h.stored.X+7)/8) * int64((h.stored.Y+7)/8)
	h.least = blocks * int64(min(samples, 16)) / 16 / 8
	return nil
}
