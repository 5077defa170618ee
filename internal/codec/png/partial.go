package png

import (
	"image"
	"image/color"
)

// fillRest fills the pixels that were not decoded. In an interlaced picture it repeats pixels of earlier passes. Where
// there are none, it uses mid-gray, or transparent if the picture has alpha.
func (d *decoder) fillRest(c canvas, done progress) {
	missing := d.missing(c)
	if !d.Interlaced {
		for y := done.rows; y < d.Height; y++ {
			fillRow(c.pix[y*c.stride:][:d.Width*c.pixel], missing)
		}
		return
	}
	for y := range d.Height {
		row := c.pix[y*c.stride:][:d.Width*c.pixel]
		for x := range d.Width {
			at, ok := done.source(x, y)
			switch {
			case !ok:
				copy(row[x*c.pixel:], missing)
			case at != image.Pt(x, y):
				copy(row[x*c.pixel:][:c.pixel], c.pix[at.Y*c.stride+at.X*c.pixel:])
			}
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

func fillRow(row, pixel []byte) {
	for len(row) > 0 {
		row = row[copy(row, pixel):]
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
