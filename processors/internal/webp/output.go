package webp

import (
	"encoding/binary"
	"image"
)

func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// scale is the function (v·factor + offset) >> scaleBits, which turns sums of samples in video range (RFC 6386, 9.2) into means in full range.
type scale struct{ factor, offset int64 }

const scaleBits = 32

func (s scale) at(sum uint32) byte { return clip(int32((int64(sum)*s.factor + s.offset) >> scaleBits)) }

// newScale is for sums of n samples from low to high, where zero becomes centre.
func newScale(n, low, high, zero, centre int) scale {
	factor := float64(255<<scaleBits) / float64(high-low) / float64(n)
	const half = 1<<(scaleBits-1) + 1<<14 // and what the factor may lack in the largest sum, so that halves are rounded up
	return scale{int64(factor + 0.5), int64(centre)<<scaleBits - int64(float64(zero*n)*factor) + half}
}

func (d *decoder) allocateOutput() {
	if d.shrink == 1 { // with room for whole macroblocks
		d.out = *image.NewYCbCr(image.Rect(0, 0, 16*d.mbw, 16*d.mbh), image.YCbCrSubsampleRatio420)
		return
	}
	size := image.Pt((d.width+d.shrink-1)/d.shrink, (d.height+d.shrink-1)/d.shrink)
	d.out = *image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio444)
	d.sums = make([]uint64, 2*d.mbw)
	d.lumas = newScale(d.shrink*d.shrink, 16, 235, 16, 0)
	d.chromas = newScale(d.shrink*d.shrink/4, 16, 240, 128, 128)
}

// output takes over a row of macroblocks that has been decoded.
func (d *decoder) output(mby int) {
	if d.shrink > 1 {
		d.y.pad(d.width, min(16, d.height-16*mby))
		d.shrinkPlane(d.out.Y, d.out.YStride, &d.y, 16*mby, d.shrink, 16, d.lumas)
		for _, c := range []struct {
			out []byte
			p   *plane
		}{{d.out.Cb, &d.cb}, {d.out.Cr, &d.cr}} {
			c.p.pad((d.width+1)/2, min(8, (d.height+1)/2-8*mby))
			d.shrinkPlane(c.out, d.out.CStride, c.p, 8*mby, d.shrink/2, 8, d.chromas)
		}
		return
	}
	d.y.copyTo(d.out.Y[16*mby*d.out.YStride:], d.out.YStride, 16)
	d.cb.copyTo(d.out.Cb[8*mby*d.out.CStride:], d.out.CStride, 8)
	d.cr.copyTo(d.out.Cr[8*mby*d.out.CStride:], d.out.CStride, 8)
	if d.filtered {
		d.filterRow(mby)
	}
}

// planes returns the picture without what whole macroblocks have beyond it.
func (d *decoder) planes() *image.YCbCr {
	return d.out.SubImage(image.Rect(0, 0, d.width, d.height)).(*image.YCbCr)
}

func (p *plane) copyTo(dst []byte, stride, height int) {
	for y := range height {
		copy(dst[y*stride:][:stride], p.pix[p.origin+y*p.stride:])
	}
}

// pad continues the picture beyond its right and lower edges by the last pixels, of which there are width and height.
func (p *plane) pad(width, height int) {
	full := p.stride - 32
	for y := range len(p.pix)/p.stride - 1 {
		row := p.pix[p.origin+y*p.stride:][:full]
		if y >= height {
			copy(row, p.pix[p.origin+(height-1)*p.stride:][:full])
			continue
		}
		for x := width; x < full; x++ {
			row[x] = row[width-1]
		}
	}
}

// shrinkPlane averages squares of n×n pixels. The plane's first row is row top of the picture.
func (d *decoder) shrinkPlane(out []byte, stride int, p *plane, top, n, height int, s scale) {
	width, rows := d.out.Rect.Dx(), d.out.Rect.Dy()
	words := (p.stride - 32) / 8
	for y := 0; y < height && (top+y)/n < rows; y += n {
		dst := out[(top+y)/n*stride:][:width]
		if n == 1 {
			for x, v := range p.pix[p.origin+y*p.stride:][:width] {
				dst[x] = s.at(uint32(v))
			}
			continue
		}
		sums := d.sums[:words]
		sumLanes(sums, p.pix[p.origin+y*p.stride:], p.stride, n)
		switch n {
		case 2:
			for x := range dst {
				dst[x] = s.at(uint32(sums[x/4] >> (x % 4 * 16) & 0xffff))
			}
		case 4:
			for x := range dst {
				v := sums[x/2] >> (x % 2 * 32)
				dst[x] = s.at(uint32((v + v>>16) & 0xffff))
			}
		case 8:
			for x := range dst {
				dst[x] = s.at(uint32(sums[x] * 0x0001000100010001 >> 48))
			}
		}
	}
}

// sumLanes adds up so many rows of pixels, two pixels by two, in lanes of 16 bits, of which a word has four.
func sumLanes(sums []uint64, pix []byte, stride, rows int) {
	const low = 0x00ff00ff00ff00ff
	clear(sums)
	for y := range rows {
		row := pix[y*stride:][:8*len(sums)]
		for i := range sums {
			v := binary.LittleEndian.Uint64(row[8*i : 8*i+8])
			sums[i] += v&low + v>>8&low
		}
	}
}
