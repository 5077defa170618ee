package avif

import (
	"bytes"
	"encoding/binary"
	"image"
)

// What a picture takes, in bytes per pixel and on top of that: TestMemoryIsCounted measures it. The
// memory of an instance grows in steps, during which the old one is there as well.
const (
	decodeBytes     = 24
	decodeDeepBytes = 56 // samples of more than 8 bits
	decodeFixed     = 24 << 20
	encodeBytes     = 96
	fileBytes       = 9 // four bytes at the most, in a buffer that grows
	encodeFixed     = 12 << 20
)

// own returns the picture with pixels of its own, so that the memory of the instance can be given back,
// and makes no color brighter than alpha allows, which lossy files of premultiplied colors are not
// certain to do.
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
