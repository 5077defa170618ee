package processors

import (
	"encoding/binary"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/processors/internal/colourset"
)

// opaqueFrom is the least alpha of a pixel that counts as opaque where there is no alpha but all or
// none.
const opaqueFrom = 128

// exactPalettes returns pictures with one palette, in which every pixel is either opaque or
// transparent, if all together have no more than 256 colours then, and nil otherwise.
func exactPalettes(frames []*image.NRGBA) []*image.Paletted {
	var colours colourset.Set
	out := make([]*image.Paletted, len(frames))
	for i, img := range frames {
		out[i] = image.NewPaletted(img.Rect, nil)
		if !index(out[i], img, &colours) {
			return nil
		}
	}
	palette := make(color.Palette, len(colours.List()))
	for i, c := range colours.List() {
		palette[i] = color.NRGBA{byte(c), byte(c >> 8), byte(c >> 16), byte(c >> 24)}
	}
	for _, img := range out {
		img.Palette = palette
	}
	return out
}

// index sets the indices of out, unless there are too many colours.
func index(out *image.Paletted, img *image.NRGBA, colours *colourset.Set) (ok bool) {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		to := out.Pix[y*out.Stride:]
		for x := 0; len(row) >= 4; x, row = x+1, row[4:] {
			colour := binary.LittleEndian.Uint32(row) | 255<<24
			if row[3] < opaqueFrom {
				colour = 0 // transparent is one colour
			}
			place, ok := colours.Place(colour)
			if !ok {
				return false
			}
			to[x] = byte(place)
		}
	}
	return true
}
