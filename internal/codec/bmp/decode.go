package bmp

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A decoder holds the state of decoding one bitmap.
type decoder struct {
	*info
	ctx      context.Context
	meter    *codec.Meter
	data     []byte
	tolerant bool

	format  resample.Format
	indexed bool // pixels are palette indices
	colors  [256][4]byte
	masks   [4]mask
	alpha   bool // pixels may be transparent
	masked  bool // set by the method masked: transparency comes from the mask of an icon

	rle     *rle
	places  []byte // a row of palette indices, or of blue, green and red, that rle has decoded
	covered []byte
	row     []byte // a row in the format of the canvas
	rest    int    // first row, in the order of the file, with missing pixels
}

// errColors means that a picture with a palette has missing or skipped pixels, and that the palette may have no entry for their color. The
// picture is then decoded again as RGB.
var errColors = errors.New("pixels beyond the palette")

func decode(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	m, err := infoOf(ctx, data, h)
	if err != nil {
		return nil, err
	}
	account := codec.AccountOf(ctx)
	before := account.Used()
	pic, err := m.decode(ctx, data, o, false)
	if errors.Is(err, errColors) {
		account.Give(account.Used() - before)
		pic, err = m.decode(ctx, data, o, true)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = corrupt("pixels are missing")
	}
	return pic, err
}

// decode decodes the picture. If colors is true, palette indices become colors.
func (m *info) decode(ctx context.Context, data []byte, o codec.Options, colors bool) (*codec.Picture, error) {
	small := m.shrunk(o)
	d := &decoder{info: m, ctx: ctx, data: data, tolerant: o.Tolerant, rest: m.height}
	d.meter = codec.NewMeter(ctx, 1<<22+4*int64(len(data))+int64(m.width+2)*int64(m.height))
	if err := d.choose(colors || small != (image.Point{})); err != nil {
		return nil, err
	}
	if err := d.buffers(); err != nil {
		return nil, err
	}
	out, err := newCanvas(ctx, d, small)
	if err != nil {
		return nil, err
	}
	defer out.close()
	for i := range m.height {
		row, err := d.next(i)
		if err != nil {
			return nil, err
		}
		out.write(i, row)
		if err := d.meter.Output(len(row)); err != nil {
			return nil, err
		}
	}
	if d.rest < (m.height+9)/10 {
		return nil, corrupt("less than a tenth of the picture can be decoded")
	}
	img, err := out.image()
	if err != nil {
		return nil, err
	}
	pic := &codec.Picture{Image: img, Partial: d.rest < m.height}
	if small != (image.Point{}) {
		pic.Release = func() { resample.Release(ctx, img) }
	}
	return pic, nil
}

// shrunk returns the size to which the picture is scaled during decoding. It returns the zero Point if the picture is
// decoded at full size.
func (m *info) shrunk(o codec.Options) image.Point {
	if o.Least == (image.Point{}) || 2*o.Least.X > m.width || 2*o.Least.Y > m.height {
		return image.Point{}
	}
	return o.Least
}

// choose sets the format of the pixels.
func (d *decoder) choose(colors bool) error {
	if d.bits <= 8 {
		d.readPalette()
	}
	values := d.masksOf(d.data)
	if d.bits == 16 || d.bits == 32 {
		for i, v := range values {
			var err error
			if d.masks[i], err = newMask(v); err != nil {
				return err
			}
		}
		d.alpha = values[3] != 0 && (!d.icon && d.info.masked() || d.hasAlpha(values[3]))
	}
	d.masked = d.icon && !d.alpha
	switch {
	case d.alpha || d.icon:
		d.format, d.alpha = resample.NRGBA8, true
	case d.bits <= 8 && !colors:
		d.format, d.indexed = resample.Gray8, true
	default:
		d.format = resample.RGB8
	}
	return nil
}

// readPalette reads the palette, in the order blue, green, red. An index beyond its end is black.
func (d *decoder) readPalette() {
	for i := range d.colors {
		d.colors[i] = [4]byte{0, 0, 0, 255}
	}
	n := d.entry()
	end := int64(len(d.data))
	if d.pixels > d.palette {
		end = min(end, d.pixels)
	}
	for i := range d.info.colors() {
		at := d.palette + i*n
		if at+3 > end {
			return
		}
		d.colors[i] = [4]byte{d.data[at+2], d.data[at+1], d.data[at], 255}
	}
}

// hasAlpha reports whether any pixel has an alpha other than 0. Otherwise an icon's mask defines transparency, and a bitmap whose compression
// says that there are no masks is opaque.
func (d *decoder) hasAlpha(mask uint32) bool {
	for y := range d.height {
		row, err := d.stored(y)
		if err != nil {
			return false
		}
		n := d.bits / 8
		for ; len(row) >= n; row = row[n:] {
			if pixel(row, n)&mask != 0 {
				return true
			}
		}
		if d.meter.Output(int(d.stride())) != nil {
			return false
		}
	}
	return false
}

// stored returns row i, in the order of the file, of uncompressed pixels.
func (d *decoder) stored(i int) ([]byte, error) {
	at, n := d.pixels+int64(i)*d.stride(), d.rowBytes()
	if at > int64(len(d.data))-n {
		return nil, io.ErrUnexpectedEOF
	}
	return d.data[at:][:n], nil
}

func pixel(b []byte, n int) uint32 {
	v := uint32(b[0]) | uint32(b[1])<<8
	if n == 4 {
		v |= uint32(b[2])<<16 | uint32(b[3])<<24
	}
	return v
}

// paletteFor returns the palette for the image.
func (d *decoder) paletteFor() color.Palette {
	p := make(color.Palette, 1<<d.bits)
	for i := range p {
		v := d.colors[i]
		p[i] = color.RGBA{v[0], v[1], v[2], 255}
	}
	return p
}
