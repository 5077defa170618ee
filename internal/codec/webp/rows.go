package webp

// A band is a row of macroblocks of luma or chroma as the picture has them, below the lower half of
// the row above.
type band struct {
	pix    []byte
	stride int
	height int // of a macroblock
}

func newBand(width, height int) band {
	// An odd number of cache lines, so that those of a column don't compete for a few places.
	stride := (width/64 + 1 | 1) * 64
	return band{make([]byte, stride*(height/2+height)), stride, height}
}

// at returns where row y begins in pix. Rows are counted from the first one of the macroblocks:
// those above are negative.
func (b *band) at(y int) int { return (b.height/2 + y) * b.stride }

func (b *band) row(y int) []byte { return b.pix[b.at(y):][:b.stride] }

// take goes on to the next row of macroblocks, which p holds.
func (b *band) take(p *plane) {
	copy(b.pix, b.pix[b.at(b.height/2):])
	for y := range b.height {
		copy(b.row(y), p.row(y))
	}
}

// late is the number of rows above the next macroblocks that are not ready before these are: their
// loop filter will change 3 rows of chroma there, which 7 rows of pixels are interpolated from.
const late = 7

// output filters the row of macroblocks that has been decoded and calls row for those rows of the
// picture that are ready now.
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

// convert writes row y of the picture, which is ready, to dst, as pixels of image.RGBA. Chroma is
// sited in the center of four pixels, and interpolated linearly ("fancy upsampling"), as libwebp
// does by default.
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
