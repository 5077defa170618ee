package tiff

import (
	"encoding/binary"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
)

// jpegSource decodes JPEG in TIFF. Each strip or tile is a JPEG file; its tables may be in the directory (TIFF Technical Note 2).
type jpegSource struct {
	d       *decoder
	decoder *jpeg.Decoder
	file    []byte // strip or tile with its tables
	img     image.Image
	chroma  *chroma
	y       int
	usual   bool // the usual tables are used instead of those of the file
}

// JPEG markers.
const (
	jpegSOI = 0xd8
	jpegEOI = 0xd9
	jpegSOS = 0xda
	jpegAPP = 0xe0
	jpegCOM = 0xfe
)

func (s *jpegSource) reset(in []byte, rows int) error {
	s.y, s.img = 0, nil
	s.usual = false
	err := s.decode(in, rows)
	if err != nil && s.d.layout.tables.count > 0 && s.d.tolerates(err) { // the tables may be damaged
		s.usual = true
		if s.decode(in, rows) == nil {
			return nil
		}
	}
	if errors.Is(err, codec.ErrFormat) && s.d.readsJPEG(err) {
		return corrupt("the JPEG header is damaged: %v", err)
	}
	return err
}

// decode decodes the JPEG of a strip or tile. If the decoder is tolerant and the value 128 in all samples is mid-gray, decode keeps the
// part that decodes and counts the rest as missing. Otherwise an error loses the whole strip or tile.
func (s *jpegSource) decode(in []byte, rows int) error {
	l := s.d.layout
	in, err := s.assemble(in)
	if err != nil {
		return err
	}
	h, err := jpeg.ReadHeader(in)
	if err != nil {
		return err
	}
	const margin = 16 // width and height of the largest usual MCU in pixels
	w, high := ceilDiv(h.Width*s.d.eighths, 8), ceilDiv(h.Height*s.d.eighths, 8)
	if w < l.segW && w < l.width || w > l.segW+margin || high < rows && !l.tiled || high > l.segH+margin || h.Components != l.rowSamples() {
		return corrupt("a JPEG of %d×%d pixels in a strip or tile of %d×%d", w, high, l.segW, rows)
	}
	if s.decoder == nil {
		s.decoder = jpeg.Get()
	}
	grays := !l.planar && l.samples == l.colors() && l.photometric != separated
	s.img, err = s.decoder.Decode(s.d.ctx, in, jpeg.Options{Scale: s.d.eighths, FullChroma: true, Tolerant: s.d.tolerant && grays})
	if err == nil && s.decoder.Partial() {
		area := float64(min(l.segW, l.width)) * float64(rows)
		s.d.missing += max(1, int64(area*s.decoder.Missing()))
	}
	return err
}

// readsJPEG reports whether err counts as damage, which a decoder may tolerate. Otherwise the JPEGs in the file are of an unsupported kind. Only
// a lossless header can mean that, and only if none of the first strips or tiles has a supported header: all strips or tiles are of one kind.
func (d *decoder) readsJPEG(err error) bool {
	if !errors.Is(err, jpeg.ErrLossless) || d.layout.jpeg != nil || d.soundJPEG {
		return true
	}
	const others = 16
	l := d.layout
	for i := range min(others, l.offsets.count) {
		in, err := l.segment(d.data, i, l.segH)
		if err != nil {
			continue
		}
		if _, err = jpeg.ReadHeader(in); err == nil {
			d.soundJPEG = true
			break
		}
	}
	return d.soundJPEG
}

// jpegExtra is the number of bytes that assemble adds to the tables and the strip.
const jpegExtra = 32

// tinyCost is the additional work for a JPEG of fewer pixels than the smallest tile has, in units of codec.Meter. Preparing a decoder takes
// much longer than decoding so few pixels, and writers make at most a few strips of this kind.
const tinyCost, smallestTile = 512, 16 * 16

// assemble returns a JPEG file that consists of the tables in the directory and the strip. It omits application
// segments, because the directory defines the color space. An old-style strip is a complete file.
func (s *jpegSource) assemble(in []byte) ([]byte, error) {
	l := s.d.layout
	tables := s.jpegTables()
	work := int64(len(in) + len(tables)/8)
	if w, h := int64(min(l.segW, l.width)*8/s.d.eighths), int64(min(l.segH, l.height)*8/s.d.eighths); w*h < smallestTile {
		work += tinyCost
	}
	if err := s.d.meter.Spend(work); err != nil {
		return nil, err
	}
	if l.compression == oldJPEG {
		return in, nil
	}
	need := len(tables) + len(in) + jpegExtra
	if cap(s.file) < need {
		if err := s.d.account.Take(int64(need - cap(s.file))); err != nil {
			return nil, err
		}
		s.file = make([]byte, 0, need)
	}
	transform := byte(0)
	if l.photometric == yCbCr {
		transform = 1
	}
	out := append(s.file[:0], 0xff, jpegSOI)
	out = append(out, 0xff, jpegAPP+14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform)
	out = appendSegments(out, tables)
	out = appendSegments(out, in)
	return append(out, 0xff, jpegEOI), nil
}

// appendSegments appends the segments of a JPEG stream except SOI, EOI, APPn and COM. From the first SOS on it copies
// the stream unchanged.
func appendSegments(out, in []byte) []byte {
	for len(in) >= 2 {
		marker := in[1]
		switch {
		case in[0] != 0xff:
			in = in[1:]
			continue
		case marker == 0xff:
			in = in[1:]
			continue
		case marker == jpegSOI || marker == jpegEOI:
			in = in[2:]
			continue
		case marker == jpegSOS || len(in) < 4:
			return append(out, in...)
		}
		n := 2 + int(binary.BigEndian.Uint16(in[2:]))
		if n > len(in) {
			return append(out, in...)
		}
		if marker < jpegAPP || marker > jpegAPP+15 && marker != jpegCOM {
			out = append(out, in[:n]...)
		}
		in = in[n:]
	}
	return out
}

func (s *jpegSource) read(p []byte) error {
	y := s.y
	s.y++
	if s.img == nil || y >= s.img.Bounds().Dy() {
		return corrupt("the JPEG has too few rows")
	}
	w := s.img.Bounds().Dx()
	switch m := s.img.(type) {
	case *image.Gray:
		copy(p, m.Pix[y*m.Stride:][:w])
	case *image.CMYK: // the decoder has inverted the samples, as in Adobe files
		for i, v := range m.Pix[y*m.Stride:][:min(4*w, len(p))] {
			p[i] = ^v
		}
	case *image.RGBA:
		for row := m.Pix[y*m.Stride:][:4*w]; len(row) >= 4 && len(p) >= 3; row, p = row[4:], p[3:] {
			p[0], p[1], p[2] = row[0], row[1], row[2]
		}
	case *image.YCbCr:
		s.colors(p, m, y, w)
	default:
		return corrupt("the JPEG has an unexpected color space: %T", m)
	}
	return s.d.meter.Output(len(p))
}

// colors converts row y of a Y'CbCr picture to RGB.
func (s *jpegSource) colors(p []byte, m *image.YCbCr, y, w int) {
	if s.chroma == nil {
		s.chroma = newChroma(&layout{reference: [6]float64{0, 255, 128, 255, 128, 255}})
	}
	luma := m.Y[m.YOffset(0, y):][:w]
	at := m.COffset(0, y)
	shift := 0
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		shift = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		shift = 2
	}
	for x, v := range luma {
		if len(p) < 3 {
			break
		}
		c := at + x>>shift
		p[0], p[1], p[2] = s.chroma.pixel(v, m.Cb[c], m.Cr[c])
		p = p[3:]
	}
}

func (s *jpegSource) close() {
	if s.decoder != nil {
		s.decoder.Release()
		s.decoder, s.img = nil, nil
	}
}
