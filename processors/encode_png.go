package processors

import (
	"context"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// PNG encodes as PNG with 8 bits per sample, lossless and with transparency: with a palette if
// there are no more than 256 colors, as gray if all colors are gray. The zero value is ready to
// use.
type PNG struct{}

// Encode writes img to w. It does not modify img.
func (e PNG) Encode(w io.Writer, img image.Image) error {
	return e.EncodeContext(context.Background(), w, img)
}

// EncodeContext implements [ContextEncoder].
func (PNG) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	return png.Encode(ctx, w, img)
}
