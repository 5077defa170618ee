package processors

import (
	"encoding/binary"
	"image"
	"image/color"
)

// exactPalette returns img with a palette, if it has no more than limit ≤ 256 colours, and nil otherwise.
func exactPalette(img *image.NRGBA, limit int) *image.Paletted {
	const slots = 1024 // of a hash table that is never more than a quarter full
	var keys [slots]uint32
	var places [slots]int // in the palette, plus 1
	out := image.NewPaletted(img.Rect, make(color.Palette, 0, limit))
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		to := out.Pix[y*out.Stride:]
		for x := 0; len(row) >= 4; x, row = x+1, row[4:] {
			key := binary.LittleEndian.Uint32(row)
			if row[3] == 0 {
				key = 0 // transparent is one colour
			}
			slot := key * 2654435761 >> 22 // Knuth's multiplicative hash
			for places[slot] != 0 && keys[slot] != key {
				slot = (slot + 1) % slots
			}
			if places[slot] == 0 {
				if len(out.Palette) == limit {
					return nil
				}
				c := color.NRGBA{row[0], row[1], row[2], row[3]}
				if key == 0 {
					c = color.NRGBA{}
				}
				out.Palette = append(out.Palette, c)
				keys[slot], places[slot] = key, len(out.Palette)
			}
			to[x] = byte(places[slot] - 1)
		}
	}
	return out
}
