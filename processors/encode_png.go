package processors

import (
	"image"
	"image/png"
	"io"
)

// PNG encodes as PNG with 8 bits per sample, without loss and with transparency: with a palette if there
// are no more than 256 colours, as grey if all are. The zero value is ready to use.
type PNG struct{}

// Encode writes img to w. It does not modify img.
func (PNG) Encode(w io.Writer, img image.Image) error {
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	return encoder.Encode(w, smallest(img))
}

// smallest returns img in the form that takes the least room in a PNG.
func smallest(img image.Image) image.Image {
	nrgba := toNRGBA(img)
	palette := exactPalette(nrgba, 256)
	if palette != nil && len(palette.Palette) <= 16 {
		return palette // at most 4 bits per pixel
	}
	if grey := toGray(nrgba); grey != nil {
		return grey
	}
	if palette != nil {
		return palette
	}
	return nrgba
}
