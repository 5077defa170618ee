package gif

import (
	"compress/lzw"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A decoder unpacks frames. Its zero value is ready to use, by one goroutine at a time.
type decoder struct {
	blocks blocks
	lzw    *lzw.Reader
	row    []byte

	tolerant bool
	least    float64     // the part of a frame that has to be there
	damage   error       // of a tolerant one: what was wrong with the last frame, or nil
	missing  []int       // the rows of the screen that did not come, in their order
	short    image.Point // where the row ends that came in part; zero: there is none
	frame    *imageFrame // the last one
}

// still returns f's pixels with its palette, if they cover the screen, and else on a transparent
// screen, as browsers do: they ignore the background color.
func (d *decoder) still(ctx context.Context, f *imageFrame, screen image.Point) (image.Image, error) {
	d.least = least
	whole := image.Rectangle{Max: screen}
	if !whole.In(f.Rect) {
		c := newCanvas(screen)
		_, err := c.Draw(ctx, d, f)
		return c.Image, err
	}
	_, colors, n := f.table()
	out := image.NewPaletted(whole, make(color.Palette, n))
	for i := range out.Palette {
		c := colors[i][:]
		out.Palette[i] = color.RGBA{c[0], c[1], c[2], c[3]}
	}
	err := d.rows(ctx, f, whole, n, func(y int, row []byte) { copy(out.Pix[y*out.Stride:], row) })
	if err == nil && d.damage != nil {
		d.fillRest(out)
	}
	return out, err
}

// table returns f's colors as the bytes of an image.RGBA, and as the same in a uint32, and their
// number.
func (f *imageFrame) table() (packed [256]uint32, colors [256][4]byte, n int) {
	b := f.colors()
	n = len(b) / 3
	for i := range n {
		colors[i] = [4]byte{b[3*i], b[3*i+1], b[3*i+2], 255}
	}
	if f.transparent >= 0 {
		n = max(n, f.transparent+1) // browsers take an index beyond the table, too
		colors[f.transparent] = [4]byte{}
	}
	for i := range packed {
		packed[i] = binary.LittleEndian.Uint32(colors[i][:])
	}
	return packed, colors, n
}

// least is the part of a frame that has to be there for a tolerant Decoder, and 0 of frames on others.
const least = 0.1

// rows unpacks f and hands over the part of each row that lies within the screen, whose y is a row
// of the screen. The order of rows is the file's. It takes memory for one row of f alone, and is
// done with a frame that lies outside of the screen before it begins; of one that reaches beyond,
// what is not seen may be a few times what is.
//
// A tolerant Decoder ends without an error where data end or are damaged, if d.least of the pixels have come;
// d.damage says so, and the last row that is handed over may be short.
func (d *decoder) rows(ctx context.Context, f *imageFrame, screen image.Rectangle, colors int, do func(y int, row []byte)) error {
	d.damage, d.missing, d.short, d.frame = nil, nil, image.Point{}, f
	seen := f.Rect.Intersect(screen)
	if seen.Empty() {
		return nil
	}
	err := d.begin(ctx, f, screen)
	for _, pass := range f.passes() {
		for y := f.Rect.Min.Y + pass.from; y < f.Rect.Max.Y; y += pass.step {
			if pass.step == 1 && y >= seen.Max.Y {
				break // no row that follows is seen
			}
			shown := y >= seen.Min.Y && y < seen.Max.Y
			if err != nil {
				if shown {
					d.missing = append(d.missing, y)
				}
				continue
			}
			var part []byte
			if part, err = d.next(f, seen); shown && !d.allIn(part, colors) && err == nil {
				if err = errPixel; d.tolerant {
					d.damage, err = errPixel, nil
				}
			}
			if shown && (err == nil || d.tolerant) {
				do(y, part)
			}
			if err != nil && shown {
				if len(part) == 0 {
					d.missing = append(d.missing, y)
				} else {
					d.short = image.Pt(len(part), y)
				}
			}
		}
	}
	slices.Sort(d.missing)
	return d.salvaged(err, seen)
}

// begin begins with the data of f.
func (d *decoder) begin(ctx context.Context, f *imageFrame, screen image.Rectangle) error {
	if len(f.data) == 0 {
		return errEnd
	}
	width := int(f.data[0])
	switch {
	case width < 2 || width > 8:
		return errCodeSize
	case area(f.Rect.Size()) > 4*area(screen.Size())+1<<20:
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
	return nil
}

// next unpacks a row and returns the part of it that is seen, after an error what there is of it.
func (d *decoder) next(f *imageFrame, seen image.Rectangle) ([]byte, error) {
	row := d.row[:f.Rect.Dx()]
	n, err := io.ReadFull(d.lzw, row)
	switch {
	case err == nil:
	case d.blocks.ctx.Err() != nil:
		err = d.blocks.ctx.Err()
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		err = errEnd
	default:
		err = fmt.Errorf("%w: %w", codec.ErrCorrupt, err)
	}
	from := seen.Min.X - f.Rect.Min.X
	return row[from:max(from, min(n, from+seen.Dx()))], err
}

// allIn reports whether all indices are below n.
func (d *decoder) allIn(row []byte, n int) bool {
	if n >= 256 {
		return true
	}
	for _, index := range row {
		if int(index) >= n {
			return false
		}
	}
	return true
}

// salvaged is the error that is left of err.
func (d *decoder) salvaged(err error, seen image.Rectangle) error {
	rows := float64(seen.Dy() - len(d.missing))
	if err == nil || !d.tolerant || !errors.Is(err, codec.ErrCorrupt) || rows < d.least*float64(seen.Dy()) {
		return err
	}
	d.damage = err
	return nil
}

type pass struct{ from, step int }

// passes are the groups of rows in the order of the file (GIF89a, appendix E).
func (f *imageFrame) passes() []pass {
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
		if len(b.data) < 2 || b.data[0] == 0 {
			return 0, io.EOF
		}
		b.left = min(int(b.data[0]), len(b.data)-1) // the file may be cut off
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
