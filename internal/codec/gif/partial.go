package gif

import (
	"image"
	"image/color"
	"slices"
)

// fillRest fills the missing rows. A missing row of an interlaced frame becomes a copy of a row of an earlier pass, if that row exists. Other
// missing rows and indices beyond the palette become transparent.
func (d *decoder) fillRest(out *image.Paletted) {
	f := d.frame
	index, found := 0, false
	for i, c := range out.Palette {
		if _, _, _, a := c.RGBA(); a == 0 {
			index, found = i, true
		}
	}
	most := slices.Max(out.Pix)
	for !found && len(out.Palette) < 256 || len(out.Palette) <= int(most) {
		index, found = len(out.Palette), true
		out.Palette = append(out.Palette, color.RGBA{})
	}
	if !found {
		index = d.replace(out)
	}
	if d.short.X > 0 {
		row := out.Pix[d.short.Y*out.Stride:][:out.Rect.Dx()]
		for x := d.short.X; x < len(row); x++ {
			row[x] = byte(index)
		}
	}
	for _, y := range d.missing {
		row := out.Pix[y*out.Stride:][:out.Rect.Dx()]
		if from := coarser(y, f.Rect.Min.Y, d.missing); f.flags&isInterlaced != 0 && from >= 0 {
			copy(row, out.Pix[from*out.Stride:])
			continue
		}
		for x := range row {
			row[x] = byte(index)
		}
	}
}

// replace makes an unused color of the palette transparent and returns its index. If all colors are used, it returns the index of the color
// nearest to mid-gray.
func (d *decoder) replace(out *image.Paletted) int {
	var used [256]bool
	for y := range out.Rect.Dy() {
		if _, gone := slices.BinarySearch(d.missing, y); gone {
			continue
		}
		for _, v := range out.Pix[y*out.Stride:][:out.Rect.Dx()] {
			used[v] = true
		}
	}
	if i := slices.Index(used[:], false); i >= 0 {
		out.Palette[i] = color.RGBA{}
		return i
	}
	return out.Palette.Index(color.Gray{128})
}

// coarser returns the row that replaces the missing row y of an interlaced frame: the first row of its block of 2, 4 or 8 rows, for the smallest
// of these blocks whose first row exists. It returns -1 if there is none. top is the first row of the frame. missing is sorted.
func coarser(y, top int, missing []int) int {
	for _, n := range []int{2, 4, 8} {
		from := y - (y-top)%n
		if _, gone := slices.BinarySearch(missing, from); !gone && from != y {
			return from
		}
	}
	return -1
}
