package processors

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"math"
)

// A bin collects the pixels whose colours agree in the upper five bits of each sample.
type bin struct {
	n   int64
	sum [3]int64 // of the samples
}

func binOf(r, g, b int) int { return r>>3<<10 | g>>3<<5 | b>>3 }

// mean returns a sample's mean over the bin.
func (b bin) mean(i int) float64 { return float64(b.sum[i]) / float64(b.n) }

// A box is a set of bins that one entry of the palette will stand for.
type box struct {
	bins  []bin
	total bin
	axis  int     // the sample that varies most
	error float64 // sum of the squared distances from the mean, along axis

	spread float64 // that sum, along all axes
}

func newBox(bins []bin) box {
	b := box{bins: bins}
	for _, c := range bins {
		b.total.n += c.n
		for i := range c.sum {
			b.total.sum[i] += c.sum[i]
		}
	}
	for i := range 3 {
		sum := 0.0
		for _, c := range bins {
			d := c.mean(i) - b.total.mean(i)
			sum += float64(d * d * float64(c.n))
		}
		b.spread += sum
		if sum > b.error {
			b.axis, b.error = i, sum
		}
	}
	return b
}

// split divides a box whose error is not 0 at its mean. Both parts have bins: along the axis that
// varies most the means of some are a level apart at least, as bins are.
func (b box) split() (box, box) {
	mean, low := b.total.mean(b.axis), 0
	for i, c := range b.bins {
		if c.mean(b.axis) < mean {
			b.bins[i], b.bins[low] = b.bins[low], b.bins[i]
			low++
		}
	}
	return newBox(b.bins[:low]), newBox(b.bins[low:])
}

// choosePalette returns at most limit colours that suit the opaque pixels of all frames, and the
// sum of the squared distances that are left. The colour space is cut where it reduces those most
// (a variant of Heckbert's median cut, SIGGRAPH 1982, that cuts the worst box at its mean as Wan,
// Wong and Prusinkiewicz do).
func choosePalette(ctx context.Context, frames []*image.NRGBA, limit int) (palette color.Palette, lack float64) {
	used := histogram(ctx, frames)
	if len(used) == 0 {
		return nil, 0
	}
	boxes := []box{newBox(used)}
	for len(boxes) < limit {
		worst := 0
		for i, b := range boxes {
			if b.error > boxes[worst].error {
				worst = i
			}
		}
		if boxes[worst].error == 0 {
			break
		}
		low, high := boxes[worst].split()
		boxes[worst] = low
		boxes = append(boxes, high)
	}
	for _, b := range boxes {
		mean := func(i int) byte { return byte(math.Round(b.total.mean(i))) }
		palette = append(palette, color.NRGBA{mean(0), mean(1), mean(2), 255})
		lack += b.spread
	}
	return palette, lack
}

// histogram returns the bins in which opaque pixels are.
func histogram(ctx context.Context, frames []*image.NRGBA) []bin {
	all := make([]bin, 1<<15)
	for _, img := range frames {
		eachPixel(ctx, img, func(_, _ int, p []byte) {
			if p[3] < opaqueFrom {
				return
			}
			b := &all[binOf(int(p[0]), int(p[1]), int(p[2]))]
			b.n++
			for i := range b.sum {
				b.sum[i] += int64(p[i])
			}
		})
	}
	used := all[:0]
	for _, b := range all {
		if b.n > 0 {
			used = append(used, b)
		}
	}
	return used
}

// eachPixel ends with its context, too, which whoever uses the result looks at.
func eachPixel(ctx context.Context, img *image.NRGBA, do func(x, y int, p []byte)) {
	every := rowsPerLook(img)
	for y := range img.Rect.Dy() {
		if y%every == 0 && ctx.Err() != nil {
			return
		}
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for x := 0; len(row) >= 4; x, row = x+1, row[4:] {
			do(x, y, row[:4])
		}
	}
}

// rowsPerLook is after how many rows of a picture a context is looked at: a megabyte of pixels.
func rowsPerLook(img *image.NRGBA) int { return max(1<<18/max(img.Rect.Dx(), 1), 1) }

// A ditherer draws pictures in the colours of a palette, which may end with a transparent one.
type ditherer struct {
	palette     color.Palette
	near        *nearest
	transparent byte // index of the colour of pixels that are more transparent than not

	last *image.NRGBA // what was drawn last, or nil
	out  *image.Paletted
}

// newDitherer returns a ditherer of pictures of one size. If there is no transparent colour they
// must be opaque.
func newDitherer(opaque color.Palette, transparent bool) *ditherer {
	d := &ditherer{palette: opaque, near: newNearest(opaque), transparent: byte(len(opaque))}
	if transparent {
		d.palette = append(opaque[:len(opaque):len(opaque)], color.NRGBA{})
	}
	return d
}

// lack is the sum of the squared distances of pixels in bins from what they would be drawn as.
func (d *ditherer) lack(bins []bin) (sum float64) {
	for _, b := range bins {
		mean := [3]float64{b.mean(0), b.mean(1), b.mean(2)}
		nearest := d.near.colours[d.near.index([3]int{int(mean[0]), int(mean[1]), int(mean[2])})]
		for i, m := range mean {
			sum += float64((m - float64(nearest[i])) * (m - float64(nearest[i])) * float64(b.n))
		}
	}
	return sum
}

// draw hands on what a pixel's colour lacks to its neighbours (Floyd and Steinberg, 1976). A pixel
// that is as it was in the picture before keeps its colour, so that what rests does not flicker.
func (d *ditherer) draw(ctx context.Context, img *image.NRGBA) *image.Paletted {
	out := image.NewPaletted(img.Rect, d.palette)
	width := img.Rect.Dx()
	now, below := make([][3]int, width+2), make([][3]int, width+2) // errors, in sixteenths; x is at x+1
	eachPixel(ctx, img, func(x, y int, p []byte) {
		if x == 0 {
			now, below = below, now
			clear(below)
		}
		at := y*out.Stride + x
		switch {
		case p[3] < opaqueFrom:
			out.Pix[at] = d.transparent
			return
		case d.last != nil && bytes.Equal(p, d.last.Pix[y*d.last.Stride+4*x:][:4]):
			out.Pix[at] = d.out.Pix[at]
			return
		}
		var want [3]int
		for i := range want {
			want[i] = min(max(int(p[i])+(now[x+1][i]+8)>>4, 0), 255)
		}
		index := d.near.index(want)
		out.Pix[at] = byte(index)
		for i := range want {
			lack := want[i] - d.near.colours[index][i]
			now[x+2][i] += 7 * lack
			below[x][i] += 3 * lack
			below[x+1][i] += 5 * lack
			below[x+2][i] += lack
		}
	})
	d.last, d.out = img, out
	return out
}

// nearest finds the entry of a palette that is nearest to a colour, and remembers it per bin.
type nearest struct {
	colours [][3]int
	known   [1 << 15]int16 // by bin, plus 1; 0: not known yet
}

func newNearest(palette color.Palette) *nearest {
	n := &nearest{colours: make([][3]int, len(palette))}
	for i, c := range palette {
		c := c.(color.NRGBA)
		n.colours[i] = [3]int{int(c.R), int(c.G), int(c.B)}
	}
	return n
}

func (n *nearest) index(c [3]int) int {
	known := &n.known[binOf(c[0], c[1], c[2])]
	if *known == 0 {
		best, at := math.MaxInt, 0
		for i, p := range n.colours {
			distance := 0
			for j := range p {
				d := c[j]&^7 + 4 - p[j] // from the middle of the bin
				distance += d * d
			}
			if distance < best {
				best, at = distance, i
			}
		}
		*known = int16(at + 1)
	}
	return int(*known) - 1
}
