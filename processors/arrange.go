package processors

import (
	"cmp"
	"context"
	"image"
	"image/color"
	"slices"
)

// An arrangement reorders a palette so that the colors that change in many frames come first, because small
// indices make short codes.
type arrangement struct {
	to      [256]uint8
	palette color.Palette // the reordered palette
}

// newArrangement orders a palette for frames that use it. It examines the frames until ctx ends.
func newArrangement(ctx context.Context, palette color.Palette, frames []*image.Paletted) *arrangement {
	var frequency [256]int
	for i, img := range frames {
		var used [256]bool
		for at, index := range img.Pix {
			if at%indicesPerLook == 0 && ctx.Err() != nil {
				break
			}
			if i == 0 || index != frames[i-1].Pix[at] {
				used[index] = true
			}
		}
		for index, is := range used {
			if is {
				frequency[index]++
			}
		}
	}
	order := make([]uint8, len(palette))
	for i, c := range palette {
		order[i] = uint8(i)
		if _, _, _, a := c.RGBA(); a == 0 {
			frequency[i] = len(frames) // unchanged pixels use the transparent color
		}
	}
	slices.SortStableFunc(order, func(a, b uint8) int { return cmp.Compare(frequency[b], frequency[a]) })
	a := &arrangement{palette: make(color.Palette, 0, 256)} // with full capacity, because gif.Encoder requires that it is never reallocated
	for place, index := range order {
		a.to[index] = uint8(place)
		a.palette = append(a.palette, palette[index])
	}
	return a
}

// indicesPerLook is the number of indices between two checks of a context.
const indicesPerLook = 1 << 20

// apply reorders a frame, unless ctx ends. Colors that were added to the palette later come last.
func (a *arrangement) apply(ctx context.Context, img *image.Paletted) {
	for i := len(a.palette); i < len(img.Palette); i++ {
		a.to[i] = uint8(i)
		a.palette = append(a.palette, img.Palette[i])
	}
	for i, index := range img.Pix {
		if i%indicesPerLook == 0 && ctx.Err() != nil {
			break
		}
		img.Pix[i] = a.to[index]
	}
	img.Palette = a.palette
}
