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
	// unknown, or another format. HalfChroma says that the original is a JPEG whose chroma has half the resolution, in both directions.
	Quality    int
	HalfChroma bool

	// Exceeded is 0 at first. If the thumbnail has more bytes than the original, although it has the original's format and no more
	// pixels, it is encoded once more. Exceeded is then the size of the thumbnail divided by the size of the original, which is
	// more than 1. The thumbnail should now have fewer bytes, if it still looks as good as the original.
	Exceeded float64
}

// excess returns 0 for the first encoding. For the second encoding it returns a value from 1 to 3, which grows with the
// amount by which the first encoding exceeded the original.
func (o Original) excess() float64 {
	if o.Exceeded == 0 {
		return 0
	}
	return min(max(1, 1+float64(4*(o.Exceeded-1))), 3)
}

// An OriginalEncoder is an Encoder that uses information about the original. EncodeOriginal is then called
// instead of EncodeContext. If the result has too many bytes, EncodeOriginal is called once again
// (see [Original.Exceeded]), and the shorter result is used.
type OriginalEncoder interface {
	EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error
}
