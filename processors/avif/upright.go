package avif

import (
	"encoding/binary"
	"image"

	"github.com/rest-thumbnails/thumbnail/processors/avif/internal/isobmff"
)

// upright returns the pixels of n bytes, clipped, turned and mirrored as p says (ISO/IEC 23008-12, 6.5.9, 6.5.10 and 6.5.12), in this order.
// They are pix itself if there is nothing to do.
func upright(pix []byte, n int, p isobmff.Picture) (out []byte, size image.Point) {
	size = p.Size()
	straight := p.Turns == 0 && p.Mirror == isobmff.NoMirror
	if straight && size == image.Pt(p.Width, p.Height) {
		return pix, size
	}
	out = make([]byte, n*size.X*size.Y)
	w, h := p.Clip.Dx(), p.Clip.Dy()
	for y := range h {
		row := pix[n*((p.Clip.Min.Y+y)*p.Width+p.Clip.Min.X):][:n*w]
		if straight {
			copy(out[n*w*y:], row)
			continue
		}
		for x := range w {
			tx, ty := x, y
			switch p.Turns {
			case 1:
				tx, ty = y, w-1-x
			case 2:
				tx, ty = w-1-x, h-1-y
			case 3:
				tx, ty = h-1-y, x
			}
			switch p.Mirror {
			case isobmff.TopBottom:
				ty = size.Y - 1 - ty
			case isobmff.LeftRight:
				tx = size.X - 1 - tx
			}
			copy(out[n*(ty*size.X+tx):][:n], row[n*x:])
		}
	}
	return out, size
}

// bound8 makes no colour brighter than alpha allows, which lossy files of premultiplied colours are
// not certain to do.
func bound8(pix []byte) {
	for p := pix; len(p) >= 4; p = p[4:] {
		if a := p[3]; a != 0xff {
			p[0], p[1], p[2] = min(p[0], a), min(p[1], a), min(p[2], a)
		}
	}
}

// bound16 is bound8 for 16 bits per sample.
func bound16(pix []byte) {
	for p := pix; len(p) >= 8; p = p[8:] {
		a := binary.BigEndian.Uint16(p[6:])
		for c := 0; c < 6 && a != 0xffff; c += 2 {
			binary.BigEndian.PutUint16(p[c:], min(binary.BigEndian.Uint16(p[c:]), a))
		}
	}
}
