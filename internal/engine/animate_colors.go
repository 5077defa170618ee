package engine

import (
	"context"
	"encoding/binary"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/colorset"
)

// seenColors collects the opaque colors of an animation's frames, up to a maximum.
type seenColors struct {
	set  colorset.Set
	many bool // there are more colors than the maximum
}

// add adds the colors of a frame. It stops when ctx ends.
func (s *seenColors) add(ctx context.Context, img image.Image) {
	var pix []byte
	stride, size := 0, img.Bounds().Size()
	switch img := img.(type) {
	case *image.NRGBA:
		pix, stride = img.Pix, img.Stride
	case *image.RGBA:
		pix, stride = img.Pix, img.Stride
	default:
		s.many = true
	}
	every, last := max(1<<18/max(size.X, 1), 1), uint32(0)
	for y := 0; y < size.Y && !s.many; y++ {
		if y%every == 0 && ctx.Err() != nil {
			return
		}
		for row := pix[y*stride:][:4*size.X]; len(row) >= 4; row = row[4:] {
			c := binary.LittleEndian.Uint32(row)
			if c == last || c>>24 != 255 {
				continue
			}
			last = c
			if _, ok := s.set.Place(c); !ok {
				s.many = true
				return
			}
		}
	}
}

// list returns the colors, or nil if there are too many.
func (s *seenColors) list() (colors []color.NRGBA) {
	if s.many {
		return nil
	}
	for _, c := range s.set.List() {
		colors = append(colors, color.NRGBA{byte(c), byte(c >> 8), byte(c >> 16), 255})
	}
	return colors
}
