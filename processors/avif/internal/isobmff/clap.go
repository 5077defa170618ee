package isobmff

import (
	"encoding/binary"
	"image"
	"math"
)

// cleanAperture is the part that the box "clap" leaves of a picture (ISO/IEC 14496-12, 12.1.4): its
// size, and how far its centre lies from that of the picture, as fractions. What is between pixels
// is rounded. A box that is absent, or leaves nothing, leaves all; so does one that leaves less
// than a quarter of more than 4 million pixels: those who limit what a picture may cost look at
// what is left of it.
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
	x, y := math.Round(v[2]+(float64(width)-v[0])/2), math.Round(v[3]+(float64(height)-v[1])/2)
	right, bottom := min(x+math.Round(v[0]), float64(width)), min(y+math.Round(v[1]), float64(height))
	if x, y = max(x, 0), max(y, 0); x >= right || y >= bottom {
		return all
	}
	if pixels := float64(width) * float64(height); pixels > 4e6 && (right-x)*(bottom-y) < pixels/4 {
		return all
	}
	return image.Rect(int(x), int(y), int(right), int(bottom))
}
