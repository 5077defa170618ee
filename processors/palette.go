package processors

import (
	"encoding/binary"
	"image"
	"image/color"
)

// exactPalettes returns pictures with one palette, if all together have no more than limit ≤ 256 colours, and nil otherwise. hard
// makes every pixel either opaque or transparent first.
func exactPalettes(frames []*image.NRGBA, limit int, hard bool) []*image.Paletted {
	table := colourTable{palette: make(color.Palette, 0, limit), limit: limit, hard: hard}
	out := make([]*image.Paletted, len(frames))
	for i, img := range frames {
		out[i] = image.NewPaletted(img.Rect, nil)
		if !table.fill(out[i], img) {
			return nil
		}
	}
	for _, img := range out {
		img.Palette = table.palette
	}
	return out
}

// A colourTable gives each colour its place in a palette.
type colourTable struct {
	palette color.Palette
	limit   int
	hard    bool
	keys    [slots]uint32
	places  [slots]int // in the palette, plus 1
}

const slots = 1024 // of a hash table that is never more than a quarter full

// fill sets the indices of out, unless there are too many colours.
func (t *colourTable) fill(out *image.Paletted, img *image.NRGBA) bool {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		to := out.Pix[y*out.Stride:]
		for x := 0; len(row) >= 4; x, row = x+1, row[4:] {
			key := binary.LittleEndian.Uint32(row)
			switch {
			case row[3] == 0 || t.hard && row[3] < 128:
				key = 0 // transparent is one colour
			case t.hard:
				key |= 255 << 24
			}
			slot := key * 2654435761 >> 22 // Knuth's multiplicative hash
			for t.places[slot] != 0 && t.keys[slot] != key {
				slot = (slot + 1) % slots
			}
			if t.places[slot] == 0 {
				if len(t.palette) == t.limit {
					return false
				}
				t.palette = append(t.palette, color.NRGBA{byte(key), byte(key >> 8), byte(key >> 16), byte(key >> 24)})
				t.keys[slot], t.places[slot] = key, len(t.palette)
			}
			to[x] = byte(t.places[slot] - 1)
		}
	}
	return true
}
