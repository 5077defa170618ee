package processors

import (
	"image"
	"image/draw"
)

// isOpaque reports whether no pixel of img is transparent.
func isOpaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// toNRGBA returns img with 8 bits per sample, alpha not premultiplied, and its upper left corner at
// (0,0). It may share img's memory: read only.
func toNRGBA(img image.Image) *image.NRGBA {
	b := img.Bounds()
	size := image.Rectangle{Max: b.Size()}
	switch img := img.(type) {
	case *image.NRGBA:
		return &image.NRGBA{Pix: img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], Stride: img.Stride, Rect: size}
	case *image.RGBA:
		if img.Opaque() {
			return &image.NRGBA{Pix: img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], Stride: img.Stride, Rect: size}
		}
	}
	if isOpaque(img) { // package draw is fast in this direction
		out := image.NewRGBA(size)
		draw.Draw(out, size, img, b.Min, draw.Src)
		return &image.NRGBA{Pix: out.Pix, Stride: out.Stride, Rect: size}
	}
	out := image.NewNRGBA(size)
	draw.Draw(out, size, img, b.Min, draw.Src)
	return out
}
