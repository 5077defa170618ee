// Package webp decodes the lossy pictures of WebP: key frames of VP8 (RFC 6386), at their size, exactly as libwebp does,
// or shrunk while they are decoded.
//
// golang.org/x/image/webp returns the colours of television (16 to 235: golang/go#40173), and takes three times as long
// when the picture is to be shrunk.
package webp

import (
	"context"
	"image"
)

// Options say how to decode.
type Options struct {
	// Shrink is 1, 2, 4 or 8: each sample of the result is the mean of a square of so many pixels, or of what there is
	// of it at the right and lower edges. 0 is 1.
	Shrink int

	// NoFilter leaves out the loop filter (RFC 6386, 15), which smooths the edges between blocks. It is always left out
	// where Shrink is 2 or more.
	NoFilter bool
}

// ShrinkFor returns the largest Shrink for a picture that will be scaled down by ratio in the end: one that keeps 43 dB (PSNR of the
// thumbnail, against one of the whole filtered picture) even in files of poor quality (cwebp -q 20).
//
//	ratio       20.5  15.3  10.2   8.0   6.8   5.1   4.0   3.0
//	unfiltered  52.3  51.2  49.3  45.9  45.6  43.4  41.3  40.6
//	Shrink 2    52.3  51.0  49.3  45.8  45.5  43.3  41.1  40.5
//	Shrink 4    51.9  50.8  48.4  44.6  44.2  41.4  39.0
//	Shrink 8    50.4  48.2  43.4  39.9
//
// These are the worst of three photos at -q 20 (Dragonfly of the Debian package lomiri-wallpapers-16.04, 4096×4096).
func ShrinkFor(ratio float64) int {
	switch {
	case ratio >= 10:
		return 8
	case ratio >= 6.5:
		return 4
	case ratio >= 5:
		return 2
	}
	return 1
}

// Decode decodes vp8, the content of a chunk "VP8 ". The result is an *image.RGBA at full size, which is that of [RGBA], and an
// *image.YCbCr in 4:4:4 where Shrink is 2 or more, in the full range that package image means: where the picture will be shrunk further, that loses
// little and saves time. Its upper left corner is at (0,0).
//
// What is damaged may be seen or not; what is cut off is an error. Memory is that of the result, of a few rows and, at full size, 3/2 bytes per pixel.
// When ctx ends, its error is returned soon.
func Decode(ctx context.Context, vp8 []byte, o Options) (image.Image, error) {
	d := decoder{shrink: max(o.Shrink, 1)}
	if err := d.decode(ctx, vp8, o); err != nil {
		return nil, err
	}
	if d.shrink == 1 {
		return RGBA(d.planes()), nil
	}
	return &d.out, nil
}

func (d *decoder) decode(ctx context.Context, vp8 []byte, o Options) error {
	if err := d.header(vp8); err != nil {
		return err
	}
	d.filtered = d.filtered && !o.NoFilter && d.shrink == 1
	d.allocate()
	for y := range d.mbh {
		if err := ctx.Err(); err != nil {
			return err
		}
		d.decodeRow(y)
		if d.modes.exhausted() || d.tokens[y%len(d.tokens)].exhausted() {
			return errShort
		}
		d.output(y)
	}
	return nil
}

// A plane is a row of macroblocks of luma or chroma, as prediction sees it: not filtered, with the pixels around.
type plane struct {
	pix    []byte
	stride int
	origin int // where in pix the row's first pixel is
}

// Around it are the row above and a column on the left, of which the RFC says what they hold in the first row and column.
const (
	noAbove = 127
	noLeft  = 129
)

func newPlane(width, height int) plane {
	const left, right = 16, 16 // in fact 1, and 4 of the next macroblock; the rest is for alignment
	stride := left + width + right
	return plane{make([]byte, stride*(1+height)), stride, stride + left}
}

// A neighbour is what is remembered of the macroblock above, or of that on the left.
type neighbour struct {
	modes [4]uint8
	nz    border
}

type decoder struct {
	width, height int // pixels
	mbw, mbh      int // macroblocks
	shrink        int

	segmented bool // macroblocks say to which segment they belong
	treeProbs [3]uint8
	segments  [4]segment
	mayskip   bool
	skipProb  uint8
	probs     [planes]planeProbs
	simple    bool // of two loop filters
	filtered  bool

	modes  partition
	tokens []partition

	// Of one macroblock: four groups of luma, Cb and Cr. They are zero between macroblocks.
	coefficients [6]group
	counts       [24]uint8 // of a block's coefficients; 1 stands for the first alone
	dc           [1]group  // a single block: the first coefficients, where these are transformed once more
	dcCount      [1]uint8
	above        []neighbour

	y, cb, cr plane
	out       image.YCbCr // at full size of whole macroblocks, in 4:2:0 and video range
	row       []filtering // what the loop filter is to do with the current row's macroblocks
	lumas     scale       // of sums of samples to means
	chromas   scale
	sums      []uint64 // of a row of the plane that is shrunk
}

func (d *decoder) allocate() {
	d.above = make([]neighbour, d.mbw)
	d.y, d.cb, d.cr = newPlane(16*d.mbw, 16), newPlane(8*d.mbw, 8), newPlane(8*d.mbw, 8)
	d.row = make([]filtering, d.mbw)
	d.allocateOutput()
}

// decodeRow decodes a row of macroblocks into d.y, d.cb and d.cr.
func (d *decoder) decodeRow(mby int) {
	p := &d.tokens[mby%len(d.tokens)]
	d.y.begin(mby == 0, 16)
	d.cb.begin(mby == 0, 8)
	d.cr.begin(mby == 0, 8)
	var m macroblock
	var left neighbour
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
		d.row[x] = filtering{m.segment, !m.whole, !m.whole || d.counts != [24]uint8{}}
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

// begin prepares what is around a row of macroblocks.
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

// end keeps the lowest pixels for the row below.
func (p *plane) end(height int) { copy(p.pix[:p.stride], p.pix[height*p.stride:]) }

// reconstruct predicts a macroblock and adds what the coefficients stand for.
func (d *decoder) reconstruct(m *macroblock, mbx, mby int) {
	buf, stride := d.y.pix, d.y.stride
	at := d.y.origin + 16*mbx
	if m.whole {
		predict(buf, at, stride, 16, m.luma[0], mby > 0, mbx > 0)
		for y := range 4 {
			addGroup(buf[at+4*y*stride:], stride, 8, &d.coefficients[y], d.counts[4*y:][:4])
		}
	} else {
		// The rightmost blocks all use what is above the next macroblock, whose own pixels aren't there yet.
		for y := 3; y < 15; y += 4 {
			copy(buf[at+y*stride+16:][:4], buf[at-stride+16:])
		}
		for y := range 4 {
			predictBlocks(buf, at+4*y*stride, stride, m.luma[4*y:][:4], &d.coefficients[y], d.counts[4*y:][:4])
		}
	}
	for i, p := range []*plane{&d.cb, &d.cr} {
		at := p.origin + 8*mbx
		predict(p.pix, at, p.stride, 8, m.chroma, mby > 0, mbx > 0)
		addGroup(p.pix[at:], p.stride, 4*p.stride, &d.coefficients[4+i], d.counts[16+4*i:][:4])
	}
}
