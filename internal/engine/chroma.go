package engine

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// fullChroma returns img in 4:4:4, with each chroma sample repeated.
func fullChroma(ctx context.Context, img *image.YCbCr) (*image.YCbCr, error) {
	b := img.Rect
	out, err := newYCbCr(ctx, b.Size(), image.YCbCrSubsampleRatio444)
	if err != nil {
		return nil, err
	}
	every := max(1<<20/max(b.Dx(), 1), 1)
	for y := range b.Dy() {
		if y%every == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		copy(out.Y[y*out.YStride:][:b.Dx()], img.Y[img.YOffset(b.Min.X, b.Min.Y+y):])
		for x := range b.Dx() {
			from := img.COffset(b.Min.X+x, b.Min.Y+y)
			out.Cb[y*out.CStride+x] = img.Cb[from]
			out.Cr[y*out.CStride+x] = img.Cr[from]
		}
	}
	return out, nil
}

// newYCbCr is like image.NewYCbCr, and takes the memory from the account.
func newYCbCr(ctx context.Context, size image.Point, ratio image.YCbCrSubsampleRatio) (*image.YCbCr, error) {
	dx, dy := pixels.ChromaFactors(ratio)
	w, h := (size.X+dx-1)/dx, (size.Y+dy-1)/dy
	luma, chroma := size.X*size.Y, w*h
	b, err := codec.Bytes(ctx, luma+2*chroma)
	if err != nil {
		return nil, err
	}
	return &image.YCbCr{
		Y: b[:luma:luma], Cb: b[luma : luma+chroma : luma+chroma], Cr: b[luma+chroma:],
		YStride: size.X, CStride: w, SubsampleRatio: ratio, Rect: image.Rectangle{Max: size},
	}, nil
}
