package heif

import (
	"encoding/binary"
	"image"
	"math"
)

// A view is the displayed part of a stored picture, and its orientation. Properties change it one after the
// other, in the order in which they are associated with the picture.
type view struct {
	clip image.Rectangle // in stored pixels
	turn turn
}

// A turn exchanges the axes, then mirrors horizontally, then vertically.
type turn struct{ transpose, flipX, flipY bool }

// orientation returns the EXIF orientation.
func (t turn) orientation() int {
	o := map[turn]int{
		{}: 1, {false, true, false}: 2, {false, true, true}: 3, {false, false, true}: 4,
		{true, false, false}: 5, {true, true, false}: 6, {true, true, true}: 7, {true, false, true}: 8,
	}
	return o[t]
}

// size returns the size as displayed.
func (v *view) size() image.Point {
	s := v.clip.Size()
	if v.turn.transpose {
		return image.Pt(s.Y, s.X)
	}
	return s
}

// rotate rotates counterclockwise by quarter turns (ISO/IEC 23008-12, 6.5.10).
func (v *view) rotate(quarters int) {
	for range quarters {
		t := v.turn
		v.turn = turn{!t.transpose, t.flipY, !t.flipX}
	}
}

// mirror exchanges top and bottom, or left and right (ISO/IEC 23008-12, 6.5.12).
func (v *view) mirror(leftRight bool) {
	if leftRight {
		v.turn.flipX = !v.turn.flipX
	} else {
		v.turn.flipY = !v.turn.flipY
	}
}

// crop crops the view to the clean aperture.
func (v *view) crop(clap []byte) {
	size := v.size()
	r := cleanAperture(clap, size.X, size.Y)
	if v.turn.flipX {
		r.Min.X, r.Max.X = size.X-r.Max.X, size.X-r.Min.X
	}
	if v.turn.flipY {
		r.Min.Y, r.Max.Y = size.Y-r.Max.Y, size.Y-r.Min.Y
	}
	if v.turn.transpose {
		r = image.Rect(r.Min.Y, r.Min.X, r.Max.Y, r.Max.X)
	}
	v.clip = r.Add(v.clip.Min)
}

// cleanAperture parses the box "clap" (ISO/IEC 14496-12, 12.1.4): the size of the part to keep, and the
// offset of its center from the center of the picture, as fractions. Fractions of pixels are rounded. A box
// that would leave nothing is ignored.
func cleanAperture(clap []byte, width, height int) image.Rectangle {
	all := image.Rect(0, 0, width, height)
	if len(clap) < 32 {
		return all
	}
	var v [4]float64 // width, height, offset to the right, offset down
	for i := range v {
		n, d := binary.BigEndian.Uint32(clap[8*i:]), binary.BigEndian.Uint32(clap[8*i+4:])
		if d == 0 {
			return all
		}
		v[i] = float64(n) / float64(d)
		if i >= 2 {
			v[i] = float64(int32(n)) / float64(d)
		}
	}
	x, y := math.Round(v[2]+float64((float64(width)-v[0])/2)), math.Round(v[3]+float64((float64(height)-v[1])/2))
	right, bottom := min(x+math.Round(v[0]), float64(width)), min(y+math.Round(v[1]), float64(height))
	if x, y = max(x, 0), max(y, 0); x >= right || y >= bottom {
		return all
	}
	return image.Rect(int(x), int(y), int(right), int(bottom))
}
