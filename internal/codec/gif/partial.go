package gif

import (
	"context"
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// fillRest fills the missing rows. A missing row of an interlaced frame becomes a copy of a row of an earlier pass, if that row exists. Other
// missing rows and indices beyond the palette become transparent. fillRest returns the error of the context.
func (d *decoder) fillRest(ctx context.Context, out *image.Paletted) error {
	meter := codec.NewMeter(ctx, math.MaxInt64)
	used, err := d.used(meter, out)
	if err != nil {
		return err
	}
	gone := slices.Repeat([]byte{transparent(out, used)}, out.Rect.Dx())
	if d.short.X > 0 {
		copy(out.Pix[d.short.Y*out.Stride:][:out.Rect.Dx()][d.short.X:], gone)
	}
	for _, y := range d.missing {
		from := gone
		if d.frame.flags&isInterlaced != 0 {
			if i := coarser(y, d.frame.Rect.Min.Y, d.missing); i >= 0 {
				from = out.Pix[i*out.Stride:]
			}
		}
		if err := meter.Output(copy(out.Pix[y*out.Stride:][:out.Rect.Dx()], from)); err != nil {
			return err
		}
	}
	return nil
}

// used reports which palette indices the decoded rows use.
func (d *decoder) used(meter *codec.Meter, out *image.Paletted) (used [256]bool, err error) {
	for y := range out.Rect.Dy() {
		if _, gone := slices.BinarySearch(d.missing, y); gone {
			continue
		}
		for _, v := range out.Pix[y*out.Stride:][:out.Rect.Dx()] {
			used[v] = true
		}
		if err := meter.Output(out.Rect.Dx()); err != nil {
			return used, err
		}
	}
	return used, nil
}

// transparent returns the index of a transparent color. If the palette has none, transparent adds one, or replaces an unused color. If all
// colors are used, it returns the index of the color nearest to mid-gray. It extends the palette to all indices that are used.
func transparent(out *image.Paletted, used [256]bool) byte {
	index, found := 0, false
	for i, c := range out.Palette {
		if _, _, _, a := c.RGBA(); a == 0 {
			index, found = i, true
		}
	}
	for i := len(out.Palette); i < len(used) && (!found || slices.Contains(used[i:], true)); i++ {
		index, found = i, true
		out.Palette = append(out.Palette, color.RGBA{})
	}
	if found {
		return byte(index)
	}
	if i := slices.Index(used[:], false); i >= 0 {
		out.Palette[i] = color.RGBA{}
		return byte(i)
	}
	return byte(out.Palette.Index(color.Gray{128}))
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
