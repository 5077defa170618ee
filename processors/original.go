package processors

import (
	"context"
	"image"
	"io"
)

// An Original describes the original, for an encoder.
type Original struct {
	// Palette says that the pixels of the original are palette indices. Scaled says that the thumbnail has
	// another size. In a scaled thumbnail, some colors occur only along edges between other colors.
	Palette, Scaled bool

	// Size is the upright size of the original in pixels, and Bytes that of its file if it has the format of the
	// thumbnail, else 0.
	Size  image.Point
	Bytes int

	// Quality is the quality of a JPEG or a lossy WebP, 1 to 100, estimated from its quantization. 0 means
	// unknown, or another format.
	Quality int

	// Exceeded is how often the thumbnail has been encoded into more bytes than the original has, although
	// it has the original's format and no more pixels. It should then have fewer bytes, if it still looks as
	// good as the original.
	Exceeded int
}

// An OriginalEncoder is an Encoder that uses information about the original. EncodeOriginal is then called
// instead of EncodeContext. If the result has too many bytes, EncodeOriginal is called again, up to three
// times (see [Original.Exceeded]), and the shortest result is used.
type OriginalEncoder interface {
	EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error
}
