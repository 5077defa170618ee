package webp

import "encoding/binary"

// An outline is what a macroblock is predicted from: the pixels above it and on its left, 16 of luma
// or 8 of Cb or Cr, and the one at the corner.
type outline struct {
	above, left       [16]byte
	corner            byte
	hasAbove, hasLeft bool
}

// load takes the pixels around the square of size pixels that begins at pix[at].
func (o *outline) load(pix []byte, at, stride, size int) {
	copy(o.above[:size], pix[at-stride:])
	for y := range size {
		o.left[y] = pix[at+y*stride-1]
	}
	o.corner = pix[at-stride-1]
}

// mean is the prediction of modeDC.
func (o *outline) mean(size int) byte {
	sum, n := 0, 0
	if o.hasAbove {
		for _, v := range o.above[:size] {
			sum += int(v)
		}
		n += size
	}
	if o.hasLeft {
		for _, v := range o.left[:size] {
			sum += int(v)
		}
		n += size
	}
	if n == 0 {
		return 128
	}
	return byte((sum + n/2) / n)
}

// predictLuma predicts a macroblock as predict does.
func (o *outline) predictLuma(mode uint8, to *[4]quad) {
	for y := range 16 {
		o.predictRow(mode, y, 16, to[y/4][16*(y%4):][:16])
	}
}

// predictChroma does so with Cb or Cr.
func (o *outline) predictChroma(mode uint8, to *quad) {
	var row [8]byte
	for y := range 8 {
		o.predictRow(mode, y, 8, row[:])
		at := 16*(y%4) + y/4*8
		copy(to[at:at+8], row[:])
	}
}

func (o *outline) predictRow(mode uint8, y, size int, row []byte) {
	switch mode {
	case modeTM:
		slope := int32(o.left[y]) - int32(o.corner)
		for x := range row {
			row[x] = clip(int32(o.above[x]) + slope)
		}
	case modeVE:
		copy(row, o.above[:])
	case modeHE:
		fill(row, o.left[y])
	default:
		fill(row, o.mean(size))
	}
}

// predictAllGo predicts the 4×4 block that begins at buf[at] by all modes, four to a quad. It uses
// the block's own pixels.
func predictAllGo(buf []byte, at, stride int, to *[3]quad) {
	right := binary.LittleEndian.Uint32(buf[at-stride+4:])
	for mode := range uint8(modes) {
		predictBlock(buf, at, stride, mode, right)
		q := to[mode/4][mode%4*4:]
		for y := range 4 {
			copy(q[16*y:16*y+4], buf[at+y*stride:])
		}
	}
}
