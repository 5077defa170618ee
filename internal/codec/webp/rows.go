package webp

// A band holds one row of macroblocks of luma or chroma after loop filtering, and above it the lower half of the
// previous row.
type band struct {
	pix    []byte
	stride int
	height int // height of a macroblock in pixels
}

func newBand(width, height int) band {
	// The stride is an odd number of cache lines, so that the pixels of a column use different cache sets.
	stride := (width/64 + 1 | 1) * 64
	return band{make([]byte, stride*(height/2+height)), stride, height}
}

// at returns the index in pix of row y. Row 0 is the first row of the macroblocks; rows above have negative numbers.
func (b *band) at(y int) int { return (b.height/2 + y) * b.stride }

func (b *band) row(y int) []byte { return b.pix[b.at(y):][:b.stride] }

// take advances to the next row of macroblocks and copies it from p.
func (b *band) take(p *plane) {
	copy(b.pix, b.pix[b.at(b.height/2):])
	for y := range b.height {
		copy(b.row(y), p.row(y))
	}
}

// late is the number of pixel rows above the next row of macroblocks that can't be converted yet. The loop filter of the
// next row will change 3 rows of chroma, and chroma upsampling uses them for 7 rows of pixels.
const late = 7

// output applies the loop filter to the decoded row of macroblocks. It calls row for the rows of the picture that are
// now complete.
func (d *decoder) output(mby int, row func(y int)) {
	d.top = 16 * mby
	d.bands[0].take(&d.y)
	d.bands[1].take(&d.cb)
	d.bands[2].take(&d.cr)
	if d.filtered {
		d.filterRow()
	}
	end := d.top + 16 - late
	if mby == d.mbh-1 {
		end = d.height
	}
	for y := max(0, d.top-late); y < min(end, d.height); y++ {
		row(y)
	}
}

// convert writes row y of the picture to dst, as pixels of image.RGBA. The row must be complete. Chroma samples are
// centered between four pixels and upsampled linearly ("fancy upsampling"), as libwebp does by default.
func (d *decoder) convert(dst []byte, y int) {
	near, last := y/2, (d.height+1)/2-1
	far := min(max(near-1+y%2*2, 0), last)
	half := (d.width + 1) / 2
	for i, chroma := range d.chroma {
		b := &d.bands[1+i]
		blend(chroma, b.row(near - d.top/2)[:half], b.row(far - d.top/2)[:half])
	}
	convertRow(dst, d.bands[0].row(y - d.top)[:d.width], d.chroma[0], d.chroma[1])
}

// planes returns row y of luma, and the rows of Cb and Cr that belong to it. Row y must be complete.
func (d *decoder) planes(y int) (luma, cb, cr []byte) {
	half, chroma := (d.width+1)/2, y/2-d.top/2
	return d.bands[0].row(y - d.top)[:d.width], d.bands[1].row(chroma)[:half], d.bands[2].row(chroma)[:half]
}
