package webp

import (
	"context"
	"encoding/binary"
	"image"
	"io"
)

// encodeLossyFile writes a simple lossy file (RFC 9649, 2.5). Transparency is left out.
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
	n := len(payload)
	file := make([]byte, 0, 20+n+n&1)
	file = append(file, "RIFF"...)
	file = binary.LittleEndian.AppendUint32(file, uint32(12+n+n&1))
	file = append(file, "WEBPVP8 "...)
	file = binary.LittleEndian.AppendUint32(file, uint32(n))
	file = append(file, payload...)
	if n&1 != 0 {
		file = append(file, 0)
	}
	_, err = w.Write(file)
	return err
}
