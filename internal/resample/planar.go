package resample

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Planar scales a picture in Y'CbCr 4:2:0 to RGB. It receives the rows one by one. It scales each plane separately, as Resize does, and
// converts only the samples of the result.
type Planar struct {
	planes [3]*Shrinker
	rows   [3][][]int16 // rows of the result that wait for the other planes
	free   [][]int16
	next   int // the next row of the result to convert

	img     *image.RGBA
	convert Converter
	ctx     context.Context
	taken   int64 // bytes taken from the account for rows
}

// A Converter converts a row of Y'CbCr to pixels of image.RGBA. An 8-bit sample v is passed as 64 v. Samples may be below 0 or above
// 64·255, because the kernel overshoots.
type Converter func(dst []byte, y, cb, cr []int16)

// waiting is the maximum number of rows of a plane that wait for other planes.
const waiting = 16

// NewPlanar prepares to scale a picture of src pixels to size pixels. size must not be more than half of src. The errors are those of
// NewShrinker.
func NewPlanar(ctx context.Context, src, size image.Point, convert Converter, opt Options) (*Planar, error) {
	check(src, Full(image.Rectangle{Max: src}), size, opt)
	p := &Planar{convert: convert, ctx: ctx}
	lx, ly := wholeGrids(src, size)
	cx, cy := halfGrids(lx, ly)
	for i := range p.planes {
		gx, gy, pre := lx, ly, opt.Luma
		if i > 0 {
			gx, gy, pre = cx, cy, opt.Chroma
		}
		s, err := newShrinker(ctx, Gray8, gx, gy, pre, opt)
		if err != nil {
			p.Close()
			return nil, err
		}
		p.planes[i] = s
		s.keep = func(line []int16) { p.put(i, line) }
		s.mem.wide = grow(s.mem.wide, s.outStride)
		s.wide = s.mem.wide
	}
	if n := waitingBytes(size); n > codec.Free {
		if err := codec.AccountOf(ctx).Take(n); err != nil {
			p.Close()
			return nil, err
		}
		p.taken = n
	}
	pix, err := newPix(ctx, size, 4)
	if err != nil {
		p.Close()
		return nil, err
	}
	p.img = &image.RGBA{Pix: pix, Stride: 4 * size.X, Rect: image.Rectangle{Max: size}}
	return p, nil
}

// wholeGrids returns the grids of a picture that is scaled as a whole.
func wholeGrids(src, size image.Point) (x, y grid) {
	x = grid{size: src.X, step: float64(src.X) / float64(size.X), n: size.X}
	y = grid{size: src.Y, step: float64(src.Y) / float64(size.Y), n: size.Y}
	return x, y
}

// halfGrids returns the grids of the chroma planes for the grids of luma.
func halfGrids(lx, ly grid) (x, y grid) {
	return chromaGrid(0, lx.size, 2, 1, lx), chromaGrid(0, ly.size, 2, 1, ly)
}

// waitingBytes returns the memory of the rows that wait.
func waitingBytes(size image.Point) int64 { return 3 * waiting * 2 * int64(size.X) }

// PlanarBytes returns how many bytes NewPlanar takes from the account, including the result.
func PlanarBytes(src, size image.Point, opt Options) int64 {
	lx, ly := wholeGrids(src, size)
	cx, cy := halfGrids(lx, ly)
	return workBytes(Gray8, lx, ly, opt.Luma, opt) + 2*workBytes(Gray8, cx, cy, opt.Chroma, opt) +
		waitingBytes(size) + 4*int64(size.X)*int64(size.Y)
}

// WriteLuma receives the next row of luma. Rows 2y and 2y+1 of luma must precede row y of chroma.
func (p *Planar) WriteLuma(row []byte) { p.planes[0].WriteRow(row) }

// WriteChroma receives the next rows of chroma. See WriteLuma for the order of the calls.
func (p *Planar) WriteChroma(cb, cr []byte) {
	p.planes[1].WriteRow(cb)
	p.planes[2].WriteRow(cr)
}

// put receives a row of the result of plane i, and converts the rows that are complete.
func (p *Planar) put(i int, line []int16) {
	width := p.img.Rect.Dx()
	var row []int16
	if n := len(p.free); n > 0 {
		row, p.free = p.free[n-1], p.free[:n-1]
	} else {
		row = make([]int16, width)
	}
	copy(row, line)
	p.rows[i] = append(p.rows[i], row)
	for len(p.rows[0]) > 0 && len(p.rows[1]) > 0 && len(p.rows[2]) > 0 {
		p.convert(p.img.Pix[p.next*p.img.Stride:][:p.img.Stride], p.rows[0][0], p.rows[1][0], p.rows[2][0])
		p.next++
		for j := range p.rows {
			p.free = append(p.free, p.rows[j][0])
			p.rows[j] = append(p.rows[j][:0], p.rows[j][1:]...)
		}
	}
}

// Image returns the result. It returns the error of the context if the context has ended, and an error if rows are missing.
func (p *Planar) Image() (*image.RGBA, error) {
	for _, s := range p.planes {
		if s.err != nil {
			return nil, s.err
		}
	}
	if p.next < p.img.Rect.Dy() {
		return nil, errRows
	}
	p.Close()
	return p.img, nil
}

// Close returns the working memory. It need not be called after Image has returned a picture.
func (p *Planar) Close() {
	for _, s := range p.planes {
		if s != nil {
			s.Close()
		}
	}
	codec.AccountOf(p.ctx).Give(p.taken)
	p.taken = 0
}
