package processors

import (
	"context"
	"encoding/binary"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/colorset"
)

// opaqueFrom is the smallest alpha of a pixel that counts as opaque in formats where a pixel is either
// opaque or transparent.
const opaqueFrom = 128

// isOpaque reports whether a pixel counts as opaque. before is the alpha of the pixel in the previous
// frame. Small changes of alpha are ignored, because they would make the pixel flicker.
func isOpaque(alpha, before uint8) bool {
	return alpha >= opaqueFrom || before >= opaqueFrom && before-alpha <= flicker
}

// flicker is the largest invisible change of alpha.
const flicker = 24

// rowsPerLook returns the number of rows between two checks of the context: a megabyte of pixels.
func rowsPerLook(img *image.NRGBA) int { return max(1<<18/max(img.Rect.Dx(), 1), 1) }

// exactColors is a palette of opaque colors and at most one transparent color, up to 256 in total. The zero value is
// empty.
type exactColors struct {
	set     colorset.Set
	palette color.Palette // the palette of set
	order   *arrangement  // the arrangement of palette, or nil
}

// arrange calls add with the frames that draw has returned, in the reordered palette.
func (e *exactColors) arrange(ctx context.Context, frames []*image.Paletted, add func(*image.Paletted) error) error {
	if e.order == nil && len(frames) > 0 {
		e.order = newArrangement(ctx, e.palette, frames)
	}
	for _, img := range frames {
		e.order.apply(ctx, img)
		if err := add(img); err != nil {
			return err
		}
	}
	return nil
}

// draw returns the frames in the palette. Every pixel becomes either opaque or transparent. draw adds missing colors to
// the palette, and the transparent color if moving is true and there is room. If calm is true, a pixel whose alpha changes
// little stays opaque. If there are too many colors, it returns nil and leaves the palette unchanged.
func (e *exactColors) draw(ctx context.Context, frames []*image.NRGBA, moving, calm bool) []*image.Paletted {
	set := e.set
	out := make([]*image.Paletted, len(frames))
	for i, img := range frames {
		out[i] = image.NewPaletted(img.Rect, nil)
		var before *image.NRGBA
		if i > 0 && calm {
			before = frames[i-1]
		}
		if !index(ctx, out[i], img, before, &set) {
			return nil
		}
	}
	if moving {
		set.Place(0)
	}
	e.set = set
	if e.palette == nil {
		e.palette = make(color.Palette, 0, colorset.Max) // with full capacity, because gif.Encoder requires that it is never reallocated
	}
	for _, c := range set.List()[len(e.palette):] {
		e.palette = append(e.palette, color.NRGBA{byte(c), byte(c >> 8), byte(c >> 16), byte(c >> 24)})
	}
	for _, img := range out {
		img.Palette = e.palette
	}
	return out
}

// index sets the indices of out. It returns false if there are too many colors. before is the previous frame, or nil.
func index(ctx context.Context, out *image.Paletted, img, before *image.NRGBA, colors *colorset.Set) (ok bool) {
	every := rowsPerLook(img)
	for y := range img.Rect.Dy() {
		if y%every == 0 && ctx.Err() != nil {
			return false
		}
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		to := out.Pix[y*out.Stride:]
		last := row
		if before != nil {
			last = before.Pix[y*before.Stride:][:4*img.Rect.Dx()]
		}
		for x := 0; len(row) >= 4; x, row, last = x+1, row[4:], last[4:] {
			color := binary.LittleEndian.Uint32(row) | 255<<24
			if !isOpaque(row[3], last[3]) {
				color = 0 // all transparent pixels have the same color
			}
			place, ok := colors.Place(color)
			if !ok {
				return false
			}
			to[x] = byte(place)
		}
	}
	return true
}
