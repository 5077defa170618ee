package processors

import (
	"cmp"
	"context"
	"image"
	"image/color"
	"slices"
)

// An arrangement puts the colors that many frames change to first in a palette: indices of few bits make short codes.
type arrangement struct {
	to      [256]uint8
	palette color.Palette // as arranged
}

// newArrangement arranges a palette for frames that have it. It looks at them up to the end of ctx.
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
			frequency[i] = len(frames) // unchanged pixels have it
		}
	}
	slices.SortStableFunc(order, func(a, b uint8) int { return cmp.Compare(frequency[b], frequency[a]) })
	a := &arrangement{palette: make(color.Palette, 0, 256)} // never reallocated, as gif.Encoder requires
	for place, index := range order {
		a.to[index] = uint8(place)
		a.palette = append(a.palette, palette[index])
	}
	return a
}

// indicesPerLook is how many indices are passed between two looks at a context.
const indicesPerLook = 1 << 20

// apply arranges a frame, up to the end of ctx. Colors that the palette has got since come last.
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
