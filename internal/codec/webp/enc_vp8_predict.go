package webp

import "encoding/binary"

// An outline holds the pixels from which a macroblock is predicted: the row above (16 pixels of luma, or 8 of Cb or
// Cr), the column on the left, and the corner.
type outline struct {
	above, left       [16]byte
	corner            byte
	hasAbove, hasLeft bool
}

// load copies the pixels around the square of size×size pixels that starts at pix[at].
func (o *outline) load(pix []byte, at, stride, size int) {
	*(*[8]byte)(o.above[:]) = [8]byte(pix[at-stride:])
	*(*[8]byte)(o.above[size-8:]) = [8]byte(pix[at-stride+size-8:])
	for y := range size {
		o.left[y] = pix[at+y*stride-1]
	}
	o.corner = pix[at-stride-1]
}

// mean returns the DC prediction.
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

// predictLuma predicts the luma of a macroblock. See predictGo for the modes.
func (o *outline) predictLuma(mode uint8, to *[4]quad) {
	left, right := binary.LittleEndian.Uint64(o.above[:]), binary.LittleEndian.Uint64(o.above[8:])
	if mode == modeDC {
		left = uint64(o.mean(16)) * 0x0101010101010101
		right = left
	}
	for y := range 16 {
		row := to[y/4][16*(y%4):][:16]
		switch mode {
		case modeHE:
			left = uint64(o.left[y]) * 0x0101010101010101
			right = left
		case modeTM:
			a := newAddend(int32(o.left[y]) - int32(o.corner))
			left, right = a.to(binary.LittleEndian.Uint64(o.above[:])), a.to(binary.LittleEndian.Uint64(o.above[8:]))
		}
		binary.LittleEndian.PutUint64(row, left)
		binary.LittleEndian.PutUint64(row[8:], right)
	}
}

// predictChroma predicts Cb or Cr of a macroblock.
func (o *outline) predictChroma(mode uint8, to *quad) {
	row := binary.LittleEndian.Uint64(o.above[:])
	above := row
	if mode == modeDC {
		row = uint64(o.mean(8)) * 0x0101010101010101
	}
	for y := range 8 {
		switch mode {
		case modeHE:
			row = uint64(o.left[y]) * 0x0101010101010101
		case modeTM:
			row = newAddend(int32(o.left[y]) - int32(o.corner)).to(above)
		}
		binary.LittleEndian.PutUint64(to[16*(y%4)+y/4*8:], row)
	}
}

// predictAllGo stores the predictions of a 4×4 block by all modes, four modes per quad. The block starts at buf[at]
// and is overwritten.
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
