package gif

import (
	"compress/lzw"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"io"
)

// A Decoder unpacks frames. Its zero value is ready to use, by one goroutine at a time.
type Decoder struct {
	blocks blocks
	lzw    *lzw.Reader
	row    []byte
}

// Still returns f's pixels with its palette, if they cover the screen, and else on a transparent
// screen, as browsers do: they ignore the background colour.
func (d *Decoder) Still(ctx context.Context, f *Frame, screen image.Point) (image.Image, error) {
	whole := image.Rectangle{Max: screen}
	if !whole.In(f.Rect) {
		c := NewCanvas(screen)
		_, err := c.Draw(ctx, d, f)
		return c.Image, err
	}
	_, colours, n := f.table()
	out := image.NewPaletted(whole, make(color.Palette, n))
	for i := range out.Palette {
		c := colours[i][:]
		out.Palette[i] = color.RGBA{c[0], c[1], c[2], c[3]}
	}
	return out, d.rows(ctx, f, whole, n, func(y int, row []byte) { copy(out.Pix[y*out.Stride:], row) })
}

// table returns f's colours as the bytes of an image.RGBA, and as the same in a uint32, and their
// number.
func (f *Frame) table() (packed [256]uint32, colours [256][4]byte, n int) {
	b := f.colours()
	n = len(b) / 3
	for i := range n {
		colours[i] = [4]byte{b[3*i], b[3*i+1], b[3*i+2], 255}
	}
	if f.transparent >= 0 {
		n = max(n, f.transparent+1) // browsers take an index beyond the table, too
		colours[f.transparent] = [4]byte{}
	}
	for i := range packed {
		packed[i] = binary.LittleEndian.Uint32(colours[i][:])
	}
	return packed, colours, n
}

// rows unpacks f and hands over the part of each row that lies within the screen, whose y is a row
// of the screen. The order of rows is the file's. It takes memory for one row of f alone, and is
// done with a frame that lies outside of the screen before it begins; of one that reaches beyond,
// what is not seen may be a few times what is.
func (d *Decoder) rows(ctx context.Context, f *Frame, screen image.Rectangle, colours int, do func(y int, row []byte)) error {
	area := func(r image.Rectangle) int64 { return int64(r.Dx()) * int64(r.Dy()) }
	width := int(f.data[0])
	seen := f.Rect.Intersect(screen)
	switch {
	case seen.Empty():
		return nil
	case width < 2 || width > 8:
		return errCodeSize
	case area(f.Rect) > 4*area(screen)+1<<20:
		return errSize
	}
	d.blocks = blocks{ctx: ctx, data: f.data[1:]}
	if d.lzw == nil {
		d.lzw = lzw.NewReader(&d.blocks, lzw.LSB, width).(*lzw.Reader)
	} else {
		d.lzw.Reset(&d.blocks, lzw.LSB, width)
	}
	if cap(d.row) < f.Rect.Dx() {
		d.row = make([]byte, f.Rect.Dx())
	}
	row := d.row[:f.Rect.Dx()]
	part := row[seen.Min.X-f.Rect.Min.X:][:seen.Dx()]
	for _, pass := range f.passes() {
		for y := f.Rect.Min.Y + pass.from; y < f.Rect.Max.Y; y += pass.step {
			if pass.step == 1 && y >= seen.Max.Y {
				return nil // no row that follows is seen
			}
			if _, err := io.ReadFull(d.lzw, row); err != nil {
				if err == io.EOF {
					err = io.ErrUnexpectedEOF
				}
				return err
			}
			if y < seen.Min.Y || y >= seen.Max.Y {
				continue
			}
			if colours < 256 {
				for _, index := range part {
					if int(index) >= colours {
						return errPixel
					}
				}
			}
			do(y, part)
		}
	}
	return nil
}

type pass struct{ from, step int }

// passes are the groups of rows in the order of the file (GIF89a, appendix E).
func (f *Frame) passes() []pass {
	if f.flags&isInterlaced != 0 {
		return []pass{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
	}
	return []pass{{0, 1}}
}

// blocks joins sub-blocks, until ctx ends: each can keep a decoder busy for a while.
type blocks struct {
	ctx  context.Context
	data []byte
	left int // of the current sub-block
}

// ReadByte is all that package lzw calls.
func (b *blocks) ReadByte() (byte, error) {
	if b.left == 0 {
		if err := b.ctx.Err(); err != nil {
			return 0, err
		}
		if len(b.data) == 0 || b.data[0] == 0 {
			return 0, io.EOF
		}
		b.left = int(b.data[0])
		b.data = b.data[1:]
	}
	c := b.data[0]
	b.data = b.data[1:]
	b.left--
	return c, nil
}

// Read makes a Reader of it, as package lzw demands.
func (b *blocks) Read(p []byte) (int, error) {
	for i := range p {
		c, err := b.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = c
	}
	return len(p), nil
}
