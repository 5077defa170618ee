package avif

import (
	"bytes"
	"encoding/binary"
	"image"
)

// These constants define the memory that a picture takes: bytes per pixel, and a fixed part. TestMemoryIsCounted
// measures both. The memory of an instance grows in steps. During a step, the old memory and the new memory are
// both in use.
const (
	decodeBytes     = 24
	decodeDeepBytes = 56 // samples of more than 8 bits
	decodeFixed     = 24 << 20
	encodeBytes     = 96
	fileBytes       = 9 // at most four bytes for each byte of the file, in a buffer that grows
	encodeFixed     = 12 << 20
)

// own copies the pixels of a picture, so that the memory of the instance can be freed. It clamps each
// premultiplied color to alpha, because lossy compression can make a color exceed alpha.
func own(img image.Image) image.Image {
	switch img := img.(type) {
	case *image.RGBA:
		out := &image.RGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect}
		for p := out.Pix; len(p) >= 4; p = p[4:] {
			if a := p[3]; a != 0xff {
				p[0], p[1], p[2] = min(p[0], a), min(p[1], a), min(p[2], a)
			}
		}
		return out
	case *image.RGBA64:
		for p := img.Pix; len(p) >= 8; p = p[8:] {
			a := binary.BigEndian.Uint16(p[6:])
			for c := 0; c < 6 && a != 0xffff; c += 2 {
				binary.BigEndian.PutUint16(p[c:], min(binary.BigEndian.Uint16(p[c:]), a))
			}
		}
	}
	return img
}
