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

// A decoder decompresses frames. The zero value is ready to use, by one goroutine at a time.
type decoder struct {
	blocks blocks
	lzw    *lzw.Reader
	two    *twoColors // nil before the first frame with a minimum code size of 1
	codes  io.Reader  // lzw or two
	row    []byte

	tolerant bool
	least    float64     // the minimum share of the rows in a tolerant decode
	surplus  bool        // more data follow the pixels of the last frame
	damage   error       // in a tolerant decode: the error of the last frame, or nil
	beyond   bool        // the last frame has indices beyond its color table, which are transparent, as in browsers
	missing  []int       // the missing rows of the screen, sorted
	short    image.Point // where decoding ended within a row: the first missing pixel; the zero Point means that all decoded rows are whole
	frame    *imageFrame // the last frame
}

// still returns the pixels of f with its palette if f covers the screen. Otherwise it draws f on a transparent screen: browsers also ignore
// the background color.
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
	if err == nil && (d.damage != nil || d.beyond) {
		err = d.fillRest(ctx, out)
	}
	return out, err
}

// table returns the number of colors of f, and the colors in two forms: as the bytes of an image.RGBA, and as these bytes in a uint32.
func (f *imageFrame) table() (packed [256]uint32, colors [256][4]byte, n int) {
	b := f.colors()
	n = len(b) / 3
	for i := range n {
		colors[i] = [4]byte{b[3*i], b[3*i+1], b[3*i+2], 255}
	}
	if f.transparent >= 0 {
		n = max(n, f.transparent+1) // browsers accept a transparent index beyond the table, too
		colors[f.transparent] = [4]byte{}
	}
	for i := range packed {
		packed[i] = binary.LittleEndian.Uint32(colors[i][:])
	}
	return packed, colors, n
}

// least is the minimum share of the rows of a still picture in a tolerant decode. For frames that are drawn on others,
// the minimum is 0.
const least = 0.1

// rows decompresses f. It calls do with the part of each row that lies within the screen; y is the number of the row on the screen. The rows
// come in the order of the file. rows needs memory for one row of f. If f lies outside of the screen, rows reads nothing. If f is much larger
// than the screen, rows returns an error.
//
// If data are missing or damaged, a tolerant decoder returns no error if the share of the decoded rows is at least d.least. It then sets
// d.damage, and the last row that it passes to do may be short.
func (d *decoder) rows(ctx context.Context, f *imageFrame, screen image.Rectangle, colors int, do func(y int, row []byte)) error {
	d.damage, d.missing, d.short, d.frame, d.surplus, d.beyond = nil, nil, image.Point{}, f, false, false
	seen := f.Rect.Intersect(screen)
	if seen.Empty() {
		return nil
	}
	err := d.begin(ctx, f, screen)
	for _, pass := range f.passes() {
		for y := f.Rect.Min.Y + pass.from; y < f.Rect.Max.Y; y += pass.step {
			if pass.step == 1 && y >= seen.Max.Y {
				break // the rows that follow are below the screen
			}
			shown := y >= seen.Min.Y && y < seen.Max.Y
			if err != nil {
				if shown {
					d.missing = append(d.missing, y)
				}
				continue
			}
			var part []byte
			part, err = d.next(f, seen)
			d.beyond = d.beyond || shown && !d.allIn(part, colors)
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
	if err == nil && seen.Max.Y == f.Rect.Max.Y {
		n, _ := d.codes.Read(d.row[:1])
		d.surplus = n > 0
	}
	slices.Sort(d.missing)
	return d.salvaged(err, seen)
}

// begin starts decompressing the data of f.
func (d *decoder) begin(ctx context.Context, f *imageFrame, screen image.Rectangle) error {
	if len(f.data) == 0 {
		return errEnd
	}
	width := int(f.data[0])
	switch {
	case width < 1 || width > 8:
		return errCodeSize
	case area(f.Rect.Size()) > 4*area(screen.Size())+1<<20:
		return errSize
	}
	d.blocks = blocks{ctx: ctx, data: f.data[1:]}
	d.open(width)
	if cap(d.row) < f.Rect.Dx() {
		d.row = make([]byte, f.Rect.Dx())
	}
	return nil
}

// open sets d.codes to decompress d.blocks.
func (d *decoder) open(width int) {
	if width == 1 {
		if d.two == nil {
			d.two = new(twoColors)
		}
		d.two.reset(&d.blocks)
		d.codes = d.two
		return
	}
	if d.lzw == nil {
		d.lzw = lzw.NewReader(&d.blocks, lzw.LSB, width).(*lzw.Reader)
	} else {
		d.lzw.Reset(&d.blocks, lzw.LSB, width)
	}
	d.codes = d.lzw
}

// next decompresses a row and returns its visible part. After an error it returns what could be decompressed.
func (d *decoder) next(f *imageFrame, seen image.Rectangle) ([]byte, error) {
	row := d.row[:f.Rect.Dx()]
	n, err := io.ReadFull(d.codes, row)
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

// salvaged returns nil if the decoder is tolerant, err is damage, and enough rows could be decoded. Otherwise it returns err.
func (d *decoder) salvaged(err error, seen image.Rectangle) error {
	rows := float64(seen.Dy() - len(d.missing))
	if err == nil || !d.tolerant || !errors.Is(err, codec.ErrCorrupt) || rows < d.least*float64(seen.Dy()) {
		return err
	}
	d.damage = err
	return nil
}

type pass struct{ from, step int }

// passes returns the groups of rows in the order of the file (GIF89a, appendix E).
func (f *imageFrame) passes() []pass {
	if f.flags&isInterlaced != 0 {
		return []pass{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
	}
	return []pass{{0, 1}}
}

// blocks joins the sub-blocks. It checks ctx before each, because decoding one may take a while.
type blocks struct {
	ctx  context.Context
	data []byte
	left int // remaining bytes of the current sub-block
}

// ReadByte returns the next byte. Package lzw calls no other method.
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

// Read makes blocks an io.Reader, which package lzw requires.
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
