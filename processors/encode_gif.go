package processors

import (
	"image"
	"image/color"
	"image/gif"
	"io"
)

// GIF encodes as GIF, without loss where the picture has no more than 256 colours, and else in 256 that suit it,
// dithered. A pixel that is less than half opaque becomes transparent, others opaque. The zero value is ready to
// use.
type GIF struct{}

// Encode writes img to w. It does not modify img.
func (GIF) Encode(w io.Writer, img image.Image) error {
	return gif.Encode(w, gifPalette(hardEdged(toNRGBA(img))), nil)
}

// gifPalette brings img, whose pixels are opaque or transparent, to 256 colours.
func gifPalette(img *image.NRGBA) *image.Paletted {
	if exact := exactPalette(img, 256); exact != nil {
		return exact
	}
	if img.Opaque() {
		return dither(img, choosePalette(img, 256), false)
	}
	return dither(img, append(choosePalette(img, 255), color.NRGBA{}), true)
}

// hardEdged returns img with every pixel either opaque or transparent.
func hardEdged(img *image.NRGBA) *image.NRGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewNRGBA(img.Rect)
	eachPixel(img, func(x, y int, p []byte) {
		if p[3] >= 128 {
			copy(out.Pix[y*out.Stride+4*x:], []byte{p[0], p[1], p[2], 255})
		}
	})
	return out
}
