package webp

import (
	"image"
	"image/draw"
)

// straight returns img as the encoder takes it, and is fast and exact with it: 8 bits per sample,
// alpha not premultiplied, the upper left corner at (0,0). The result may share img's memory: read
// only.
//
// Y'CbCr is no exception. The encoder has a way in for planes, but not for everybody, and wants
// them in the range of television (RFC 6386, 9.2).
func straight(img image.Image) *image.NRGBA {
	b := img.Bounds()
	size := image.Rectangle{Max: b.Size()}
	switch img := img.(type) {
	case *image.NRGBA:
		return &image.NRGBA{Pix: img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], Stride: img.Stride, Rect: size}
	case *image.RGBA:
		return unmultiply(img)
	}
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() { // package draw is fast in this direction
		out := image.NewRGBA(size)
		draw.Draw(out, size, img, b.Min, draw.Src)
		return &image.NRGBA{Pix: out.Pix, Stride: out.Stride, Rect: size}
	}
	out := image.NewNRGBA(size)
	draw.Draw(out, size, img, b.Min, draw.Src)
	return out
}

// unmultiply divides colours by alpha, rounding: the encoder rounds down, and in a lossy file
// forgets to divide.
func unmultiply(img *image.RGBA) *image.NRGBA {
	b := img.Rect
	pix := img.Pix[img.PixOffset(b.Min.X, b.Min.Y):]
	out := &image.NRGBA{Pix: pix, Stride: img.Stride, Rect: image.Rectangle{Max: b.Size()}}
	if img.Opaque() {
		return out
	}
	out.Stride = 4 * b.Dx()
	out.Pix = make([]byte, out.Stride*b.Dy())
	for y := range b.Dy() {
		row, to := pix[y*img.Stride:][:out.Stride], out.Pix[y*out.Stride:]
		for x := 0; x < len(row); x += 4 {
			p, d := row[x:][:4], to[x:][:4]
			switch a := uint32(p[3]); a {
			case 0:
			case 255:
				copy(d, p)
			default:
				for c := range 3 {
					d[c] = byte(min((uint32(p[c])*255+a/2)/a, 255))
				}
				d[3] = p[3]
			}
		}
	}
	return out
}
