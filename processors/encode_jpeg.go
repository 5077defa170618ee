package processors

import (
	"context"
	"image"
	"image/color"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
)

// Subsampling is the chroma resolution of a JPEG.
type Subsampling int

// The chroma resolutions that [JPEG] writes.
const (
	Subsampling420 Subsampling = iota // half width and half height: smaller files
	Subsampling444                    // full resolution: sharper edges between colors such as red and blue
	Subsampling422                    // half width
)

// JPEG encodes as JPEG (ITU-T T.81, 8 bits, Huffman), without metadata. Gray pictures become
// grayscale JPEGs.
//
// At the same Quality, a picture looks no worse than one from libjpeg-turbo, and takes 10 to 20 % fewer bytes
// (bench/ENCODE.md). Progressive files show a coarse picture first and take no longer to encode. From 200×200
// pixels on, progressive files are also 2 to 7 % smaller, and are the default.
type JPEG struct {
	Quality     int         // 1 to 100; 0 means 85. Other values are clamped.
	Background  color.Color // behind transparent pixels; nil means white
	Subsampling Subsampling
	Progressive bool // always progressive, whatever the size
	Baseline    bool // never progressive: for decoders that need it; Progressive is then ignored
}

// progressiveFrom is the smallest number of pixels at which files are progressive by default.
const progressiveFrom = 200 * 200

// Encode writes img to w. It does not modify img.
func (e JPEG) Encode(w io.Writer, img image.Image) error {
	return e.EncodeContext(context.Background(), w, img)
}

// EncodeContext implements [ContextEncoder].
func (e JPEG) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	return e.EncodeOriginal(ctx, w, img, Original{})
}

// EncodeOriginal implements [OriginalEncoder]. A thumbnail with more bytes than the original is encoded once more, with at most
// the quality of the original and with no more chroma, because both would waste bytes.
func (e JPEG) EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error {
	options := jpeg.EncodeOptions{Quality: 85, Background: color.RGBA{255, 255, 255, 255}}
	if e.Quality != 0 {
		options.Quality = min(max(e.Quality, 1), 100)
	}
	if original.Exceeded > 0 && original.Quality > 0 {
		options.SameLuma = original.Quality <= options.Quality // its luma decided its quality
		options.Quality = min(options.Quality, original.Quality)
	}
	if e.Background != nil {
		r, g, b, _ := e.Background.RGBA()
		options.Background = color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
	}
	options.Subsampling = e.subsampling()
	if original.Exceeded > 0 && original.HalfChroma {
		options.Subsampling = jpeg.Subsampling420
	}
	size := img.Bounds().Size()
	options.Progressive = !e.Baseline && (e.Progressive || size.X*size.Y >= progressiveFrom)
	return jpeg.Encode(ctx, w, img, options)
}

func (e JPEG) subsampling() jpeg.Subsampling {
	switch e.Subsampling {
	case Subsampling444:
		return jpeg.Subsampling444
	case Subsampling422:
		return jpeg.Subsampling422
	}
	return jpeg.Subsampling420
}
