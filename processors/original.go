package processors

import (
	"context"
	"image"
	"io"
)

// An Original is what an encoder may want to know of the original.
type Original struct {
	// Palette says that its pixels are places in a palette, and Scaled that the thumbnail has another size: then some of
	// its colors are only those of edges between others.
	Palette, Scaled bool

	// Quality is that of a JPEG or a lossy WebP, 1 to 100, as its quantization tells; 0: not known, or none of both.
	Quality int

	// Exceeded is how often the thumbnail, which is in the original's format and has no more pixels, was encoded into more
	// bytes than the original has: it should have fewer, if it still looks as good as the original does.
	Exceeded int
}

// An OriginalEncoder is an Encoder that wants to know of the original. If there is one, EncodeOriginal is called
// instead of EncodeContext. Where the result has too many bytes it is called again, up to three times, see
// [Original.Exceeded], and the shortest result counts.
type OriginalEncoder interface {
	EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error
}
