package resample

import (
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Shrinker scales a picture whose rows arrive one by one. Its memory contains the result, and the rows that the kernel reaches, scaled to
// the width of the result.
type Shrinker struct {
	format Format
	width  int // pixels of a source row
	planes int
	x, y   axis
	lo, hi int // range of columns that influence the result
	from   int // first row that influences the result
	to     int // row after the last one that influences the result
	next   int // number of the next row

	sums  boxes      // sums of the rows in the current box
	cells []int16    // rows of the source, or of boxes, from x.origin on: atOnce × planes × cellStride
	held  int        // number of rows in cells
	ring  [][]uint64 // the last rows after the horizontal pass, row i in ring[i%len(ring)]: planes × ringStride
	out   int        // number of rows of the result so far
	line  []byte     // one row of the result: planes × outStride
	wide  []int16    // one row of a result with alpha, with fraction bits
	taps  [][]uint64 // scratch: the rows of the ring that lie under the vertical kernel

	cellStride, outStride int
	ringStride            int // words of a plane in a row of the ring

	store    storer
	keep     func(line []int16) // if not nil, gets the rows of the result with fraction bits, instead of store
	img      image.Image
	straight *image.NRGBA // img, if it has alpha
	mem      *memory
	taken    int64 // bytes taken from the account for mem
	watch    watch
	err      error // error of the context; the picture will not be completed
}

// NewShrinker prepares to scale the part r of a picture of src pixels to size pixels. f is the format of its rows. NewShrinker panics in
// the same cases as Resize, and if the format is unknown. It ignores Options.Subsample and Options.Chroma.
//
// NewShrinker takes memory from the account of ctx: the working memory until Close, and the result until Release. It returns the error of
// an empty account or of ctx.
func NewShrinker(ctx context.Context, f Format, src image.Point, r Rect, size image.Point, opt Options) (*Shrinker, error) {
	check(src, r, size, opt)
	if f == CMYK8 && opt.KeepCMYK {
		f = cmykRaw
	}
	gx, gy := gridsOf(src, r, size, opt)
	size = image.Pt(gx.n, gy.n)
	s, err := newShrinker(ctx, f, gx, gy, opt.Luma, opt)
	if err != nil {
		return nil, err
	}
	bytes := 4
	if s.planes == 1 {
		bytes = 1
	}
	pix, err := newPix(ctx, size, bytes)
	if err != nil {
		s.Close()
		return nil, err
	}
	stride, rect := bytes*size.X, image.Rectangle{Max: size}
	switch {
	case s.planes == 1:
		s.img, s.store = &image.Gray{Pix: pix, Stride: stride, Rect: rect}, grayRow(pix, stride)
	case f == cmykRaw:
		s.img, s.store = &image.CMYK{Pix: pix, Stride: stride, Rect: rect}, pixelRow(pix, stride)
	case s.planes == 3:
		s.img, s.store = &image.RGBA{Pix: pix, Stride: stride, Rect: rect}, opaqueRow(pix, stride)
	default:
		s.straight = &image.NRGBA{Pix: pix, Stride: stride, Rect: rect}
		s.img, s.store = s.straight, opaqueRow(pix, stride)
		s.mem.wide = grow(s.mem.wide, s.planes*s.outStride)
		s.wide = s.mem.wide
	}
	return s, nil
}

// gridsOf returns the grids of the result of Resize.
func gridsOf(src image.Point, r Rect, size image.Point, opt Options) (x, y grid) {
	x = grid{size: src.X, x0: r.X0, step: (r.X1 - r.X0) / float64(size.X), n: size.X}
	y = grid{size: src.Y, x0: r.Y0, step: (r.Y1 - r.Y0) / float64(size.Y), n: size.Y}
	return x.some(opt.Columns), y.some(opt.Rows)
}

func newShrinker(ctx context.Context, f Format, gx, gy grid, pre Eighths, opt Options) (*Shrinker, error) {
	m := getMemory()
	s := &Shrinker{format: f, width: gx.size, planes: f.planes(), mem: m, x: m.x, y: m.y, watch: watch{ctx: ctx}}
	s.x.shape(opt.Kernel, gx, columnResidual, pre.X)
	s.y.shape(opt.Kernel, gy, opt.rowResidual(), pre.Y)
	if n := s.bytes(gx); n > codec.Free {
		if err := codec.AccountOf(ctx).Take(n); err != nil {
			putMemory(m)
			return nil, err
		}
		s.taken = n
	}
	if err := errors.Join(s.x.set(ctx, opt.Kernel, gx), s.y.set(ctx, opt.Kernel, gy)); err != nil {
		s.Close()
		return nil, err
	}
	s.lo, s.hi = s.x.span(gx.size)
	s.from, s.to = s.y.span(gy.size)

	// The horizontal pass reads beyond the last column. The weights there are 0.
	s.cellStride = gx.size - s.x.origin + s.x.stride
	s.outStride = align(gx.n, lineAlign)
	s.cells = grow(m.cells, atOnce*s.planes*s.cellStride)
	s.ringStride = s.outStride / perWord
	m.ring = grow(m.ring, s.planes*s.ringStride*(s.y.taps+atOnce-1))
	s.ring = grow(m.rows, s.y.taps+atOnce-1)
	for i := range s.ring {
		n := s.planes * s.ringStride
		s.ring[i] = m.ring[i*n : (i+1)*n]
	}
	s.line = grow(m.line, s.planes*s.outStride)
	s.taps = grow(m.taps, align(s.y.taps, 2))
	s.sums = m.sums
	if s.y.box > 1 {
		s.sums.set(f, s.lo, s.hi, s.y.box)
	}
	return s, nil
}

// bytes returns the working memory of a Shrinker. shape must have been called for both axes; the weights are not needed.
func (s *Shrinker) bytes(gx grid) int64 {
	n := s.x.bytes() + s.y.bytes()
	line := int64(s.planes) * int64(align(gx.n, lineAlign))
	cells := int64(gx.size - s.x.origin + s.x.stride)
	n += 2*atOnce*int64(s.planes)*cells + wordBytes*cells        // cells, and the memory of convolveCells
	n += (8*line/int64(perWord) + 48) * int64(s.y.taps+atOnce-1) // ring, rows and taps
	n += 3 * line                                                // line and wide
	if s.y.box > 1 {
		n += boxBytes(s.format, gx.size)
	}
	return n
}

// ShrinkBytes returns how many bytes NewShrinker takes from the account to scale a whole picture of src pixels, including the result.
func ShrinkBytes(f Format, src, size image.Point, opt Options) int64 {
	if f == CMYK8 && opt.KeepCMYK {
		f = cmykRaw
	}
	pixel := int64(4)
	if f.planes() == 1 {
		pixel = 1
	}
	gx, gy := wholeGrids(src, size)
	return workBytes(f, gx, gy, opt.Luma, opt) + pixel*int64(size.X)*int64(size.Y)
}

// workBytes returns the memory that newShrinker takes from the account.
func workBytes(f Format, gx, gy grid, pre Eighths, opt Options) int64 {
	s := &Shrinker{format: f, planes: f.planes()}
	s.x.shape(opt.Kernel, gx, columnResidual, pre.X)
	s.y.shape(opt.Kernel, gy, opt.rowResidual(), pre.Y)
	return s.bytes(gx)
}

// Rows returns the range of rows of the source that influence the result. Other rows need not be decoded.
func (s *Shrinker) Rows() (from, to int) { return s.from, s.to }

// WriteRow receives the next row of the source, beginning with row 0. row is a whole row in the format of the Shrinker. WriteRow neither
// modifies nor keeps row. Rows outside of the range of Rows are ignored, and may be nil.
func (s *Shrinker) WriteRow(row []byte) {
	s.writeRow(s.next, row)
	s.next++
}

// Skip skips n rows. No skipped row may lie within Rows.
func (s *Shrinker) Skip(n int) { s.next += n }

// rewind prepares the Shrinker for another picture of the same shape.
func (s *Shrinker) rewind(store storer) { s.next, s.out, s.held, s.store = 0, 0, 0, store }

// writeRow receives row y. Rows must arrive in order.
func (s *Shrinker) writeRow(y int, row []byte) {
	if y < s.from || y >= s.to || s.mem == nil || s.err != nil {
		return
	}
	if s.err = s.watch.spend(len(row)); s.err != nil {
		return
	}
	row0 := s.cells[s.held*s.planes*s.cellStride:]
	cells := row0[s.lo-s.x.origin:]
	if s.y.box > 1 {
		s.sums.add(row)
		if y+1 != s.to && (y+1-s.y.origin)%s.y.box != 0 {
			return
		}
		s.sums.flush(cells, s.cellStride)
	} else {
		s.format.toPlanes(cells, s.cellStride, row, s.lo, s.hi)
	}
	if s.x.box > 1 {
		for p := range s.planes {
			shrinkRow(row0[p*s.cellStride:][:s.hi-s.x.origin], s.x.box)
		}
	}
	if s.held++; s.held == atOnce || y+1 == s.to {
		s.horizontal((y - s.y.origin) / s.y.box)
	}
}

// horizontal scales the rows in s.cells into the ring, and computes the rows of the result that are complete. cell is the number of the
// last row in s.cells, in boxes.
func (s *Shrinker) horizontal(cell int) {
	var rows [atOnce][]uint64
	for p := range s.planes {
		for i := range s.held {
			rows[i] = s.ring[(cell-s.held+1+i)%len(s.ring)][p*s.ringStride:][:s.ringStride]
		}
		convolveCells(rows[:s.held], s.cells[p*s.cellStride:], s.planes*s.cellStride, &s.x, &s.mem.columns)
	}
	s.held = 0
	for s.out < s.y.n && int(s.y.start[s.out])+s.y.taps <= cell+1 {
		if s.err = s.watch.spend(s.planes * s.outStride); s.err != nil {
			return
		}
		s.vertical()
		s.out++
	}
}

// vertical computes row s.out of the result from the ring.
func (s *Shrinker) vertical() {
	w := s.y.w[s.out*s.y.stride:][:s.y.stride]
	if s.keep != nil {
		convolveRowsWide(s.wide, s.under(0), w)
		s.keep(s.wide)
		return
	}
	line := s.line
	if s.straight != nil {
		colors, alpha := s.wide[:3*s.outStride], s.wide[3*s.outStride:]
		convolveRowsWide(alpha, s.under(3), w)
		if !isOpaque(alpha[:s.x.n]) {
			convolveRowsWide(colors, s.under(0), w)
			straightRow(s.straight.Pix[s.out*s.straight.Stride:][:s.straight.Stride], s.wide, s.outStride)
			return
		}
		line = line[:len(colors)]
	}
	convolveRows(line, s.under(0), w)
	s.store(s.out, line, s.outStride)
}

// under returns the rows of the ring that lie under the kernel, from plane p on.
func (s *Shrinker) under(p int) [][]uint64 {
	first := int(s.y.start[s.out])
	for k := range s.taps {
		s.taps[k] = s.ring[(first+k)%len(s.ring)][p*s.ringStride:] // if the number of taps is odd, there is one more row, with weight 0
	}
	return s.taps
}

// Image returns the result: an *image.Gray for a gray format, an *image.NRGBA for one with alpha, otherwise an *image.RGBA. Later rows are
// ignored. It returns the error of the context if the context has ended, and an error if rows are missing.
func (s *Shrinker) Image() (image.Image, error) {
	switch {
	case s.err != nil:
		return nil, s.err
	case s.out < s.y.n:
		return nil, errRows
	}
	s.Close()
	return s.img, nil
}

var errRows = errors.New("some rows of the picture were not written")

// Close returns the working memory. It need not be called after Image has returned a picture.
func (s *Shrinker) Close() {
	if m := s.mem; m != nil {
		m.x, m.y, m.cells, m.rows, m.line, m.taps, m.sums = s.x, s.y, s.cells, s.ring, s.line, s.taps, s.sums
		s.mem = nil
		putMemory(m)
		codec.AccountOf(s.watch.ctx).Give(s.taken)
	}
}
