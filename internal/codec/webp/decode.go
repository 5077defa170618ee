// Package webp decodes and encodes WebP: the container with animations, lossless pictures (RFC 9649), and lossy
// pictures, which are VP8 key frames (RFC 6386). Decoded pixels are identical to those of libwebp.
//
// golang.org/x/image/webp does not expand video range colors (16 to 235: golang/go#40173), and takes four times
// as long.
package webp

import (
	"context"
)

// decode decodes the macroblocks after the header. It calls row for every row of the picture, from top to bottom, as
// soon as convert can convert that row.
func (d *decoder) decode(ctx context.Context, row func(y int)) error {
	if err := take(ctx, d.bytes()); err != nil {
		return err
	}
	defer give(ctx, d.bytes())
	d.allocate()
	for y := range d.mbh {
		if err := ctx.Err(); err != nil {
			return err
		}
		d.decodeRow(y)
		if d.modes.exhausted() || d.tokens[y%len(d.tokens)].exhausted() {
			return errShort
		}
		d.output(y, row)
	}
	return nil
}

// A plane holds one row of macroblocks of luma or chroma before loop filtering, and the surrounding pixels that
// prediction uses.
type plane struct {
	pix    []byte
	stride int
	origin int // index in pix of the first pixel of the row
}

// A plane also holds the row above and a column on the left. RFC 6386 defines their values for the first row and
// column of macroblocks.
const (
	noAbove = 127
	noLeft  = 129
)

func newPlane(width, height int) plane {
	const left, right = 16, 16 // predictions use 1 column on the left and 4 on the right; the rest is for alignment
	stride := left + width + right
	return plane{make([]byte, stride*(1+height)), stride, stride + left}
}

// row returns row y of the pixels, including the pixels of the next macroblock at its right end.
func (p *plane) row(y int) []byte { return p.pix[p.origin+y*p.stride:][:p.stride-16] }

// A neighbor is the decoding state of the macroblock above or on the left.
type neighbor struct {
	modes [4]uint8
	nz    border
}

type decoder struct {
	tolerant bool // accept truncated partitions
	cut      bool // the file ends inside the picture

	width, height int // pixels
	mbw, mbh      int // macroblocks

	segmented bool // each macroblock has a segment number
	treeProbs [3]uint8
	segments  [4]segment
	mayskip   bool
	skipProb  uint8
	probs     [planes]planeProbs
	simple    bool // the simple loop filter is used
	filtered  bool

	modes  partition
	tokens []partition

	// Coefficients of one macroblock: four groups of luma, then Cb and Cr. They are zero between macroblocks.
	coefficients [6]group
	counts       [24]uint8 // number of coefficients per block; 1 means that only the first may be nonzero
	dc           [1]group  // the Y2 block if the macroblock has one
	dcCount      [1]uint8
	above        []neighbor

	y, cb, cr plane       // the current row of macroblocks before loop filtering
	row       []filtering // loop filter parameters of the current row of macroblocks
	bands     [3]band     // Y, Cb and Cr of that row, loop filtered
	top       int         // y of the first pixel row of the current row of macroblocks
	chroma    [2][]uint16 // scratch: upsampled Cb and Cr of one row of pixels
}

func (d *decoder) allocate() {
	d.above = make([]neighbor, d.mbw)
	d.y, d.cb, d.cr = newPlane(16*d.mbw, 16), newPlane(8*d.mbw, 8), newPlane(8*d.mbw, 8)
	d.row = make([]filtering, d.mbw)
	d.bands = [3]band{newBand(16*d.mbw, 16), newBand(8*d.mbw, 8), newBand(8*d.mbw, 8)}
	d.allocateChroma()
}

// bytes returns an upper bound of the memory that allocate takes.
func (d *decoder) bytes() int64 { return 1100*int64(d.mbw) + 8<<10 }

func (d *decoder) allocateChroma() {
	for i := range d.chroma {
		d.chroma[i] = make([]uint16, (d.width+1)/2+2)
	}
}

// decodeRow decodes a row of macroblocks into d.y, d.cb and d.cr.
func (d *decoder) decodeRow(mby int) {
	p := &d.tokens[mby%len(d.tokens)]
	d.y.begin(mby == 0, 16)
	d.cb.begin(mby == 0, 8)
	d.cr.begin(mby == 0, 8)
	var m macroblock
	var left neighbor
	for x := range d.mbw {
		above := &d.above[x]
		d.readModes(&m, &above.modes, &left.modes)
		if m.skip {
			above.nz.skip(m.whole)
			left.nz.skip(m.whole)
			d.counts = [24]uint8{}
		} else {
			d.readCoefficients(&m, p, &above.nz, &left.nz)
		}
		d.reconstruct(&m, x, mby)
		d.row[x] = d.filtering(&m, x, mby)
	}
	d.y.end(16)
	d.cb.end(8)
	d.cr.end(8)
}

func (b *border) skip(whole bool) {
	*b = border{dc: b.dc}
	if whole {
		b.dc = 0
	}
}

// begin sets the pixels around a row of macroblocks.
func (p *plane) begin(first bool, height int) {
	top := p.pix[:p.stride]
	if first {
		for i := range top {
			top[i] = noAbove
		}
	} else {
		top[p.origin-p.stride-1] = noLeft
		last := len(top) - 16
		for i := range 4 { // beyond the right edge, for 4×4 blocks
			top[last+i] = top[last-1]
		}
	}
	for y := range height {
		p.pix[p.origin-1+y*p.stride] = noLeft
	}
}

// end saves the lowest row of pixels for the next row of macroblocks.
func (p *plane) end(height int) { copy(p.pix[:p.stride], p.pix[height*p.stride:]) }

// reconstruct predicts a macroblock and adds the residue.
func (d *decoder) reconstruct(m *macroblock, mbx, mby int) {
	buf, stride := d.y.pix, d.y.stride
	at := d.y.origin + 16*mbx
	if m.whole {
		predict(buf, at, stride, 16, m.luma[0], mby > 0, mbx > 0)
		for y := range 4 {
			addGroup(buf[at+4*y*stride:], stride, 8, &d.coefficients[y], d.counts[4*y:][:4])
		}
	} else {
		// The rightmost blocks of all four rows use the pixels above the next macroblock, because the next
		// macroblock has not been decoded yet.
		for y := 3; y < 15; y += 4 {
			copy(buf[at+y*stride+16:][:4], buf[at-stride+16:])
		}
		for y := range 4 {
			modes, counts := m.luma[4*y:][:4], d.counts[4*y:][:4]
			predictBlocks(buf, at+4*y*stride, stride, modes, &d.coefficients[y], counts)
		}
	}
	for i, p := range []*plane{&d.cb, &d.cr} {
		at := p.origin + 8*mbx
		predict(p.pix, at, p.stride, 8, m.chroma, mby > 0, mbx > 0)
		addGroup(p.pix[at:], p.stride, 4*p.stride, &d.coefficients[4+i], d.counts[16+4*i:][:4])
	}
}
