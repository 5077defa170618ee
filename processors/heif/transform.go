package heif

import (
	"encoding/binary"
	"image"
	"math"
)

// A view is what is seen of a stored picture: a part of it, turned. Properties change it one after
// the other, in the order in which they are associated with the picture.
type view struct {
	clip image.Rectangle // pixels as they are stored
	turn turn
}

// A turn exchanges the axes, then mirrors left and right, then top and bottom.
type turn struct{ transpose, flipX, flipY bool }

// orientation returns EXIF's number.
func (t turn) orientation() int {
	o := map[turn]int{
		{}: 1, {false, true, false}: 2, {false, true, true}: 3, {false, false, true}: 4,
		{true, false, false}: 5, {true, true, false}: 6, {true, true, true}: 7, {true, false, true}: 8,
	}
	return o[t]
}

// size returns the size as it is seen.
func (v *view) size() image.Point {
	s := v.clip.Size()
	if v.turn.transpose {
		return image.Pt(s.Y, s.X)
	}
	return s
}

// rotate turns by quarters, anti-clockwise (ISO/IEC 23008-12, 6.5.10).
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

// crop keeps the clean aperture of what is seen.
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

// cleanAperture is the part that the box "clap" leaves of a picture (ISO/IEC 14496-12, 12.1.4): its
// size, and how far its center lies from that of the picture, as fractions. What is between pixels
// is rounded. A box that leaves nothing leaves all.
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
