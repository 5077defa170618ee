package processors

import (
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// PNG encodes as PNG with 8 bits per sample, lossless and with transparency: with a palette if
// there are no more than 256 colours, as grey if all colours are grey. The zero value is ready to
// use.
type PNG struct{}

// Encode writes img to w. It does not modify img.
func (PNG) Encode(w io.Writer, img image.Image) error { return png.Encode(w, img) }
