package heif

import (
	"github.com/rest-thumbnails/thumbnail/processors"
)

// colors is the color description of the picture.
type colors struct {
	profile []byte // ICC
	gray    bool   // the pixels have no color
	sequence
	known bool // the sequence header has been found
}

// A sequence holds the size and colors from the sequence header of a codec. Colors are code points of ITU-T H.273; absent
// code points are 2, unspecified.
type sequence struct {
	width, height               int // largest, in pixels
	primaries, transfer, matrix uint16
	fullRange                   bool
}

// searched is the number of bytes of an item that are searched for a sequence header.
const searched = 4096

// colors reads the boxes "colr" of the picture (ISO/IEC 23008-12, 6.5.5, and ISO/IEC 14496-12, 12.1.5), or
// those of the first tile of a grid. If none has code points, it reads the codec's sequence header.
func (d *directory) colors(file []byte) (c colors) {
	it, first := d.primary, d.primary
	if len(d.tiles) > 0 {
		first = d.tiles[0]
	}
	c.gray = it.gray || first.gray
	if it.profile == nil && it.nclx == nil {
		it = first
	}
	c.profile = it.profile
	if it.nclx != nil {
		f := fields{b: it.nclx}
		c.primaries, c.transfer = uint16(f.next(2)), uint16(f.next(2))
		c.known = !f.short
		c.matrix, c.fullRange = uint16(f.next(2)), f.next(1)&0x80 != 0
		if f.short {
			c.matrix, c.fullRange = 2, true
		}
		return c
	}
	switch first.kind {
	case "av01":
		if file != nil {
			b, _ := d.data(file, first, searched)
			c.sequence, c.known = av1Sequence(d.meter, b)
		}
	case "hvc1":
		c.sequence, c.known = hevcSequence(d.meter, first.config)
	}
	return c
}

// format returns the color description for the engine: without the matrix and the range if the decoder has
// converted the samples to RGB.
func (c colors) format() processors.FormatColor {
	out := processors.FormatColor{Profile: c.profile, Gray: c.gray}
	primaries, transfer := c.primaries, c.transfer
	if primaries == 2 { // unspecified
		primaries = 1
	}
	switch transfer {
	case 1, 2, 6, 14, 15: // many files with BT.709 and related curves are sRGB; Chromium treats both alike here
		transfer = 13
	}
	if c.known && primaries < 256 && transfer < 256 && (primaries != 1 || transfer != 13) {
		out.CICP = &processors.CICP{Primaries: uint8(primaries), Transfer: uint8(transfer)}
	}
	return out
}
