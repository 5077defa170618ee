package processors

import (
	"context"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// PNG encodes as PNG with 8 bits per sample and with transparency. Pictures of at most 256 colors get a
// palette; pictures whose colors are all gray become grayscale. The zero value is ready to use.
type PNG struct {
	// Palette says whether a picture of more than 256 colors is reduced to a palette, without dithering.
	// Everything else is lossless.
	Palette Palette
}

// A Palette says whether a picture is reduced to few colors.
type Palette int

const (
	// PaletteAuto reduces scaled diagrams, text and similar pictures to few colors if the result looks the
	// same. It considers pictures whose original has a palette, and pictures in which 16 colors cover at
	// least half of the pixels. Their files shrink to a third. If the thumbnail would have more bytes than the original,
	// PaletteAuto considers every scaled picture, and takes fewer colors: edges may become less smooth, but every hue
	// stays. Other photographs, and pictures that were not scaled, stay unchanged.
	PaletteAuto Palette = iota
	// PaletteAlways reduces every picture to at most 256 colors.
	PaletteAlways
	// PaletteNever keeps all colors.
	PaletteNever
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
		few, release, err := e.reduce(ctx, img, original, png.Encode)
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
