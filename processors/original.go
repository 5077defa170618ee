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

	// Size is the upright size of the original in pixels. Bytes is the size of its file if the file has the
	// format of the thumbnail, else 0.
	Size  image.Point
	Bytes int

	// Quality is the quality of a JPEG or a lossy WebP, 1 to 100, estimated from its quantization. 0 means
	// unknown, or another format.
	Quality int

	// Exceeded counts the earlier encodings of this thumbnail that were larger than the file of the original,
	// although the thumbnail has the same format and no more pixels. The encoder should then make a smaller
	// file, if that still looks as good as the original.
	Exceeded int
}

// An OriginalEncoder is an Encoder that uses information about the original. EncodeOriginal is then called
// instead of EncodeContext. If the result has too many bytes, EncodeOriginal is called again, up to three
// times (see [Original.Exceeded]), and the shortest result is used.
type OriginalEncoder interface {
	EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error
}
