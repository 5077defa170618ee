package quantize

import (
	"context"
	"encoding/binary"
	"image"
	"image/color"
)

// Draw sets each index of out to the index of the nearest color in p, or to transparent if h does not count the pixel. It
// returns early if ctx ends.
func (h *Histogram) Draw(ctx context.Context, out *image.Paletted, img *image.NRGBA, p *Palette, transparent uint8) {
	every := max(1<<18/max(img.Rect.Dx(), 1), 1)
	var last uint32
	index, known := uint8(0), false
	for y := range img.Rect.Dy() {
		if y%every == 0 && ctx.Err() != nil {
			return
		}
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		to := out.Pix[y*out.Stride:][:img.Rect.Dx()]
		for x := range to {
			c := binary.LittleEndian.Uint32(row[4*x:])
			if c != last || !known {
				last, known = c, true
				index = h.index(c, p, transparent)
			}
			to[x] = index
		}
	}
}

func (h *Histogram) index(c uint32, p *Palette, transparent uint8) uint8 {
	c, ok := h.canonical(c)
	if !ok {
		return transparent
	}
	if at := h.slots[h.slot(c&h.mask())]; at != 0 {
		return uint8(h.entries[at-1].choice)
	}
	q := pointOf(color.NRGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), uint8(c >> 24)})
	index, _ := p.search.nearest(&q, len(p.Colors)/2)
	return uint8(index)
}
