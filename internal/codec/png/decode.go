package png

import (
	"context"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// Decode decodes data, a whole file, at full size. The new image has the same type as from image/png:
// *image.Gray, *image.Gray16 or *image.Paletted; *image.RGBA or *image.RGBA64 if the color type is
// opaque; else *image.NRGBA or *image.NRGBA64. An index that the palette does not define is opaque black.
//
// Errors match [codec.ErrCorrupt], or [codec.ErrFormat] (also for more pixels than can be addressed), or are
// the error of ctx, which is checked often. Decode verifies the Adler-32 checksum of the pixels and the CRC
// of every chunk that the pixels need: IHDR, IDAT, and PLTE and tRNS if they apply. It ignores all other
// errors and missing chunks: a file with complete pixels is valid.
func (d *decoder) Decode(ctx context.Context, data []byte) (image.Image, error) {
	defer d.forget()
	if err := d.begin(ctx, data); err != nil {
		return nil, err
	}
	return d.decode(ctx)
}

func (d *decoder) decode(ctx context.Context) (image.Image, error) {
	if err := d.account.Take(d.imageBytes()); err != nil {
		return nil, err
	}
	c := d.newCanvas()
	done, err := d.passes(c)
	if err == nil {
		err = d.finish()
	}
	err = d.salvaged(err, done.pixels)
	if p, ok := c.img.(*image.Paletted); ok && err == nil {
		p.Palette = d.paletteOf(p.Pix)
	}
	if err == nil && done.pixels < int64(d.Width)*int64(d.Height) {
		err = d.fillRest(ctx, c, done)
	}
	if err != nil {
		d.account.Give(d.imageBytes())
		return nil, err
	}
	return c.img, nil
}

// progress states how many rows have been decoded.
type progress struct {
	pass   int // pass of Adam7; 0 if not interlaced
	rows   int // decoded rows of that pass
	pixels int64
}

// canvas is the destination of the decoded rows.
type canvas struct {
	img    image.Image
	pix    []byte
	stride int
	pixel  int                   // bytes
	row    func(dst, src []byte) // converts a row of the file, or of a pass
}

func (d *decoder) newCanvas() canvas {
	r := image.Rect(0, 0, d.Width, d.Height)
	if d.Color == colorIndexed {
		m := image.NewPaletted(r, nil)
		return canvas{m, m.Pix, m.Stride, 1, func(dst, src []byte) { unpack(dst, src, d.Depth) }}
	}
	x := d.expansion()
	plain := x.row
	if plain == nil {
		plain = func(dst, src []byte) { copy(dst, src) }
	}
	// finished returns a function that expands a row and then calls finish, which converts the row to pixels of four
	// samples. sample is the size of a sample in bytes.
	finished := func(sample int, finish func(dst, src []byte, sample int)) func(dst, src []byte) {
		return func(dst, src []byte) {
			if x.row != nil {
				d.wide = grow(d.wide, len(dst)/(4*sample)*x.to.BytesPerPixel())
				x.row(d.wide, src)
				src = d.wide
			}
			finish(dst, src, sample)
		}
	}
	switch x.to {
	case resample.Gray8:
		m := image.NewGray(r)
		return canvas{m, m.Pix, m.Stride, 1, plain}
	case resample.Gray16:
		m := image.NewGray16(r)
		return canvas{m, m.Pix, m.Stride, 2, plain}
	case resample.GrayAlpha8:
		m := image.NewNRGBA(r)
		return canvas{m, m.Pix, m.Stride, 4, finished(1, spreadGray)}
	case resample.GrayAlpha16:
		m := image.NewNRGBA64(r)
		return canvas{m, m.Pix, m.Stride, 8, finished(2, spreadGray)}
	case resample.RGB8:
		m := image.NewRGBA(r)
		return canvas{m, m.Pix, m.Stride, 4, finished(1, addOpaque)}
	case resample.RGB16:
		m := image.NewRGBA64(r)
		return canvas{m, m.Pix, m.Stride, 8, finished(2, addOpaque)}
	case resample.NRGBA8:
		m := image.NewNRGBA(r)
		return canvas{m, m.Pix, m.Stride, 4, plain}
	default:
		m := image.NewNRGBA64(r)
		return canvas{m, m.Pix, m.Stride, 8, plain}
	}
}

// spreadGray converts gray and alpha samples of n bytes each to red, green, blue and alpha.
func spreadGray(dst, src []byte, n int) {
	for len(dst) >= 4*n && len(src) >= 2*n {
		copy(dst, src[:n])
		copy(dst[n:], src[:n])
		copy(dst[2*n:], src[:2*n])
		dst, src = dst[4*n:], src[2*n:]
	}
}

// addOpaque adds an opaque alpha sample to red, green and blue samples of n bytes each; n is 1 or 2.
func addOpaque(dst, src []byte, n int) {
	if n == 1 {
		for len(dst) >= 4 && len(src) >= 3 {
			dst[0], dst[1], dst[2], dst[3] = src[0], src[1], src[2], 255
			dst, src = dst[4:], src[3:]
		}
		return
	}
	for len(dst) >= 8 && len(src) >= 6 {
		copy(dst, src[:6])
		dst[6], dst[7] = 255, 255
		dst, src = dst[8:], src[6:]
	}
}

// adam7 lists the passes of an interlaced picture (8.2): the position of the first pixel, and the
// distance to the next one in each direction.
var adam7 = [7]struct{ x, y, dx, dy int }{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

// passes decodes all rows of the file into c, in one pass or in the seven passes of Adam7.
func (d *decoder) passes(c canvas) (done progress, err error) {
	if !d.Interlaced {
		done.rows, err = d.pass(image.Pt(d.Width, d.Height), d.Height, func(y int, row []byte) {
			c.row(c.pix[y*c.stride:][:d.Width*c.pixel], row)
		})
		done.pixels = int64(done.rows) * int64(d.Width)
		return done, err
	}
	d.part = grow(d.part, d.Width*c.pixel)
	for i, p := range adam7 {
		size := image.Pt((d.Width-p.x+p.dx-1)/p.dx, (d.Height-p.y+p.dy-1)/p.dy)
		rows, err := d.pass(size, size.Y, func(y int, row []byte) {
			part := d.part[:size.X*c.pixel]
			c.row(part, row)
			to := c.pix[(p.y+y*p.dy)*c.stride:]
			for x := p.x; len(part) > 0; x += p.dx {
				copy(to[x*c.pixel:], part[:c.pixel])
				part = part[c.pixel:]
			}
		})
		done = progress{i, rows, done.pixels + int64(rows)*int64(size.X)}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// paletteOf returns the palette of the file, extended with opaque black for indices beyond its end.
func (f *file) paletteOf(indices []byte) color.Palette {
	n := f.colors
	if n < 1<<f.Depth {
		for _, v := range indices {
			n = max(n, int(v)+1)
		}
	}
	p := make(color.Palette, n)
	for i := range p {
		c := f.palette[i]
		p[i] = color.RGBA{c[0], c[1], c[2], c[3]}
		if c[3] != 255 {
			p[i] = color.NRGBA{c[0], c[1], c[2], c[3]}
		}
	}
	return p
}
