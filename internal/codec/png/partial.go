package png

import (
	"context"
	"image"
	"image/color"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// fillRest fills the pixels that were not decoded. In an interlaced picture it repeats pixels of earlier passes. Where
// there are none, it uses mid-gray, or transparent if the picture has alpha. It returns the error of the context.
func (d *decoder) fillRest(ctx context.Context, c canvas, done progress) error {
	d.wide = grow(d.wide, d.Width*c.pixel)
	missing := d.wide
	fillRow(missing, d.missing(c))
	meter := codec.NewMeter(ctx, math.MaxInt64)
	from := done.rows
	if d.Interlaced {
		from = 0
	}
	for y := from; y < d.Height; y++ {
		row := c.pix[y*c.stride:][:d.Width*c.pixel]
		if d.Interlaced {
			done.repeat(c, row, missing, y)
		} else {
			copy(row, missing)
		}
		if err := meter.Output(len(row)); err != nil {
			return err
		}
	}
	return nil
}

// repeat fills the pixels of row y that were not decoded, with decoded pixels or, where there are none, with those of missing.
func (p progress) repeat(c canvas, row, missing []byte, y int) {
	for start := range 8 { // the passes repeat every 8 columns
		at, ok := p.source(start, y)
		if ok && at == image.Pt(start, y) {
			continue // decoded
		}
		from, by := missing, 0
		if ok {
			from, by = c.pix[at.Y*c.stride:], (at.X-start)*c.pixel
		}
		for i := start * c.pixel; i < len(row); i += 8 * c.pixel {
			copy(row[i:i+c.pixel], from[i+by:])
		}
	}
}

// source returns the decoded pixel that replaces pixel (x, y): the upper left corner of its Adam7 block in the last pass
// that has been decoded there.
func (p progress) source(x, y int) (at image.Point, ok bool) {
	for i := min(p.pass, len(adam7)-1); i >= 0; i-- {
		a := adam7[i]
		w, h := a.dx, a.dy // size of the block
		if a.x > 0 {
			w = a.x
		}
		if a.y > 0 {
			h = a.y
		}
		if x < a.x || y < a.y || (x-a.x)%a.dx >= w || (y-a.y)%a.dy >= h {
			continue
		}
		row := (y - a.y) / a.dy
		if i < p.pass || row < p.rows {
			return image.Pt(x-(x-a.x)%a.dx, y-(y-a.y)%a.dy), true
		}
	}
	return at, false
}

// fillRow repeats pixel in row.
func fillRow(row, pixel []byte) {
	for n := copy(row, pixel); n < len(row); n *= 2 {
		copy(row[n:], row[:n])
	}
}

// missing returns the bytes of a pixel that was not decoded.
func (d *decoder) missing(c canvas) []byte {
	pixel := make([]byte, c.pixel)
	switch m := c.img.(type) {
	case *image.Paletted:
		pixel[0] = missingIndex(m, d.Transparent)
	case *image.NRGBA, *image.NRGBA64:
	case *image.RGBA, *image.RGBA64:
		for i := range pixel {
			pixel[i] = 128
			if i >= 3*len(pixel)/4 {
				pixel[i] = 255
			}
		}
	default:
		for i := range pixel {
			pixel[i] = 128
		}
	}
	return pixel
}

// missingIndex returns the palette index of mid-gray, or of a transparent color. It adds that color to the palette if
// there is room, or replaces a color that no pixel uses.
func missingIndex(m *image.Paletted, transparent bool) byte {
	want := color.Color(color.RGBA{128, 128, 128, 255})
	if transparent {
		want = color.NRGBA{}
	}
	for i, c := range m.Palette {
		if r, g, b, a := c.RGBA(); a == 0 && transparent || !transparent && r>>8 == 128 && g>>8 == 128 && b>>8 == 128 && a>>8 == 255 {
			return byte(i)
		}
	}
	if len(m.Palette) < 256 {
		m.Palette = append(m.Palette, want)
		return byte(len(m.Palette) - 1)
	}
	var used [256]bool
	for _, v := range m.Pix {
		used[v] = true
	}
	for i := range used {
		if !used[i] {
			m.Palette[i] = want
			return byte(i)
		}
	}
	return byte(m.Palette.Index(want))
}
