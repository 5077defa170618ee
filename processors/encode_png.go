package processors

import (
	"image"
	"image/png"
	"io"
)

// PNG encodes as PNG, without loss and with transparency. The zero value is ready to use.
type PNG struct{}

// Encode writes img to w. It does not modify img.
func (PNG) Encode(w io.Writer, img image.Image) error {
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	return encoder.Encode(w, img)
}
