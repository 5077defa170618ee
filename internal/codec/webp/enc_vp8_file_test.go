package webp

import (
	"context"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// encodeLossyFile writes a simple lossy file (RFC 9649, 2.5). It ignores transparency.
func encodeLossyFile(ctx context.Context, w io.Writer, img image.Image, quality float64, effort int) error {
	size := img.Bounds().Size()
	if size.X < 1 || size.Y < 1 || size.X > maxSide || size.Y > maxSide {
		return errSide
	}
	src, err := newVP8Source(ctx, img)
	if err != nil {
		return err
	}
	defer src.close()
	payload, err := encodeVP8(ctx, src, vp8Options{Quality: quality, Effort: effort})
	if err != nil {
		return err
	}
	_, err = w.Write(pieces.WebP(pieces.RIFF("VP8 ", payload)))
	return err
}
