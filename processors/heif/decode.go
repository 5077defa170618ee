package heif

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// decode takes the memory of the codec from the account, calls the codec, and crops its result. When it returns, the account
// stays charged only for the result.
func (f *format) decode(ctx context.Context, data []byte) (image.Image, error) {
	p, h, err := f.whole(ctx, data)
	if err != nil {
		return nil, err
	}
	if err := processors.Reserve(ctx, h.Bytes); err != nil {
		return nil, err
	}
	kept := int64(0)
	defer func() { processors.Unreserve(ctx, h.Bytes-kept) }()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	img, err := f.call(ctx, data)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if img, err = f.finish(ctx, img, p); err != nil {
		return nil, err
	}
	kept = min(h.Bytes, imageBytes(img))
	return img, nil
}

// call calls the codec and classifies its error.
func (f *format) call(ctx context.Context, data []byte) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil { // a panic of the codec counts as a damaged file
			img, err = nil, corrupt("%v", p)
		}
	}()
	img, err = f.codec(ctx, data)
	switch {
	case err == nil && img == nil:
		return nil, corrupt("the decoder returned no picture")
	case err == nil, errors.Is(err, codec.ErrFormat), errors.Is(err, codec.ErrCorrupt), errors.Is(err, codec.ErrTooLarge):
		return img, err
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return nil, err
	case errors.Is(err, image.ErrFormat):
		return nil, fmt.Errorf("%w: %w", codec.ErrFormat, err)
	}
	return nil, fmt.Errorf("%w: %w", codec.ErrCorrupt, err)
}

// finish converts the result of the codec to the picture that the header describes.
func (f *format) finish(ctx context.Context, img image.Image, p *picture) (image.Image, error) {
	switch img.(type) {
	case *image.YCbCr, *image.Gray, *image.Gray16, *image.CMYK:
		if p.alpha {
			return nil, fmt.Errorf("%w: the decoder drops the transparency", codec.ErrFormat)
		}
	}
	keep, want := p.view.clip, p.size
	if f.Upright {
		want = p.view.size()
		keep = image.Rectangle{Max: want}
	}
	if size := img.Bounds().Size(); size != want {
		return nil, corrupt("the decoder returned %v pixels, but the header says %v", size, want)
	}
	if f.StoredYCbCr {
		if err := fullRange(ctx, img, p.colors); err != nil {
			return nil, err
		}
	}
	return cropped(img, keep.Add(img.Bounds().Min)), nil
}

// cropBytes is the maximum memory per pixel for cropping if the pixels must be copied.
const cropBytes = 8

// cropped returns a part of img with its upper left corner at (0,0). It copies pixels only for an *image.YCbCr that
// is cropped between two chroma samples, and for rare types.
func cropped(img image.Image, r image.Rectangle) image.Image {
	if r.Min == (image.Point{}) && r == img.Bounds() {
		return img
	}
	size := image.Rectangle{Max: r.Size()}
	switch img := img.(type) {
	case *image.RGBA:
		return &image.RGBA{Pix: img.Pix[img.PixOffset(r.Min.X, r.Min.Y):], Stride: img.Stride, Rect: size}
	case *image.NRGBA:
		return &image.NRGBA{Pix: img.Pix[img.PixOffset(r.Min.X, r.Min.Y):], Stride: img.Stride, Rect: size}
	case *image.RGBA64:
		return &image.RGBA64{Pix: img.Pix[img.PixOffset(r.Min.X, r.Min.Y):], Stride: img.Stride, Rect: size}
	case *image.NRGBA64:
		return &image.NRGBA64{Pix: img.Pix[img.PixOffset(r.Min.X, r.Min.Y):], Stride: img.Stride, Rect: size}
	case *image.Gray:
		return &image.Gray{Pix: img.Pix[img.PixOffset(r.Min.X, r.Min.Y):], Stride: img.Stride, Rect: size}
	case *image.YCbCr:
		if out := croppedYCbCr(img, r); out != nil {
			return out
		}
	}
	out := image.NewNRGBA64(size)
	draw.Draw(out, size, img, r.Min, draw.Src)
	return out
}

// croppedYCbCr returns nil if the part begins between two chroma samples.
func croppedYCbCr(img *image.YCbCr, r image.Rectangle) *image.YCbCr {
	width, height := 1, 1
	switch img.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio422:
		width = 2
	case image.YCbCrSubsampleRatio420:
		width, height = 2, 2
	default:
		return nil
	}
	if r.Min.X%width != 0 || r.Min.Y%height != 0 {
		return nil
	}
	y, c := img.YOffset(r.Min.X, r.Min.Y), img.COffset(r.Min.X, r.Min.Y)
	return &image.YCbCr{
		Y: img.Y[y:], Cb: img.Cb[c:], Cr: img.Cr[c:], YStride: img.YStride, CStride: img.CStride,
		SubsampleRatio: img.SubsampleRatio, Rect: image.Rectangle{Max: r.Size()},
	}
}

// imageBytes returns the memory of an image.
func imageBytes(img image.Image) int64 {
	switch img := img.(type) {
	case *image.YCbCr:
		return int64(cap(img.Y) + cap(img.Cb) + cap(img.Cr))
	case *image.NYCbCrA:
		return int64(cap(img.Y) + cap(img.Cb) + cap(img.Cr) + cap(img.A))
	case *image.Gray:
		return int64(cap(img.Pix))
	case *image.RGBA:
		return int64(cap(img.Pix))
	case *image.NRGBA:
		return int64(cap(img.Pix))
	case *image.RGBA64:
		return int64(cap(img.Pix))
	case *image.NRGBA64:
		return int64(cap(img.Pix))
	}
	return 8 * area(img.Bounds().Size())
}
