package processors

import (
	"context"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// PNG encodes as PNG with 8 bits per sample and with transparency: with a palette if there are no more than 256
// colors, as gray if all colors are gray. The zero value is ready to use.
type PNG struct {
	// Palette says whether a picture of more colors gets a palette of the most suitable ones, without
	// dithering. All else is lossless.
	Palette Palette
}

// A Palette says whether a picture is brought to few colors.
type Palette uint8

const (
	// PaletteAuto brings scaled diagrams, text and the like to few colors if that is visibly the same: pictures whose original
	// has a palette, and those half of which are 16 colors. They have a third of the bytes then. Photographs stay as they are,
	// and so does what is not scaled.
	PaletteAuto Palette = iota
	PaletteNever
	PaletteAlways
)

// Encode writes img to w. It does not modify img.
func (e PNG) Encode(w io.Writer, img image.Image) error {
	return e.EncodeContext(context.Background(), w, img)
}

// EncodeContext implements [ContextEncoder].
func (e PNG) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	return e.EncodeOriginal(ctx, w, img, Original{})
}

// EncodeOriginal implements [OriginalEncoder].
func (e PNG) EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error {
	if e.Palette != PaletteNever {
		few, release, err := e.reduce(ctx, img, original)
		defer release()
		if err != nil {
			return err
		}
		if few != nil {
			img = few
		}
	}
	return png.Encode(ctx, w, img)
}
