// Package resample scales pictures by separable windowed-sinc filters in fixed point. It filters premultiplied colors, and each plane of
// Y'CbCr separately. It works row by row, so that its memory grows with the width of a picture and not with its area.
//
// The arithmetic is that of textbooks (for instance Turkowski, "Filters for Common Resampling Tasks", Graphics Gems I, 1990). Each sample of the
// result is a weighted sum of samples of the source. The weights are the values of a kernel. If the picture is reduced, the kernel is stretched
// by the ratio. If the kernel reaches beyond the edge of a picture, the weights beyond the edge depend on the direction of scaling. In a picture
// that is reduced, they are dropped, and the others are normalized. In a picture that is enlarged, they are added to the weight of the pixel at
// the edge, because otherwise the result would extrapolate the slope at the edge. The result differs from the same sum in float64 by at most one
// level. With alpha, colors are divided by alpha before they are clamped, so that a shape of one color keeps this color at its edge, where the
// kernel overshoots.
//
// Large reductions first average boxes of whole rows. After the boxes, the kernel still reduces by a factor of at least 3, or of 32 with
// Options.Exact. The kernel compensates for the blur of the boxes; see compensation.
//
// Goroutines may call the functions of this package at the same time, but must not share a Shrinker.
package resample

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Rect is a part of a picture, in pixels relative to its Bounds().Min. Edges may lie between pixels. Pixels outside of the part influence
// the result if the kernel reaches them, as if the scaled picture were cropped afterwards. An edge may lie outside the picture; the pixels
// at the border of the picture are then repeated.
type Rect struct{ X0, Y0, X1, Y1 float64 }

// Full returns the Rect of a whole picture with the given bounds.
func Full(b image.Rectangle) Rect { return Rect{0, 0, float64(b.Dx()), float64(b.Dy())} }

// Kernel is a reconstruction filter.
type Kernel uint8

const (
	Lanczos3   Kernel = iota // six source pixels wide; sharper than CatmullRom
	CatmullRom               // four pixels wide: the cubic B=0, C=1/2 of Mitchell and Netravali
)

// Options are the options of Resize and NewShrinker. The zero value means Lanczos3, 4:4:4, and a source that its decoder has not scaled.
type Options struct {
	Kernel Kernel

	// Exact limits the difference to the textbook's sum to one level at every ratio. Without Exact, that limit holds if the picture shrinks
	// to no less than a sixth of its height. If it shrinks more, photos agree with the textbook by 54 dB and more.
	Exact bool

	// Subsample is the chroma resolution of a result in Y'CbCr. Chroma samples lie in the center of their luma samples, as in JPEG. The
	// zero value is 4:4:4, which keeps all details of a reduced 4:2:0 picture.
	Subsample image.YCbCrSubsampleRatio

	// Luma is the scale at which a decoder has decoded the source, or the luma plane of a Y'CbCr source. Chroma is the scale of its chroma
	// planes. {1, 1} means 1/8. The kernel compensates for the blur of this scaling. The zero value means a source that was not scaled.
	Luma, Chroma Eighths

	// Columns and Rows, if not nil, are the numbers of the wanted columns and rows of the result, in ascending order.
	// The returned picture consists of only these columns and rows. Subsample must be 4:4:4 then, or Resize panics.
	Columns, Rows []int

	// KeepCMYK makes the result of an *image.CMYK an *image.CMYK, so that a color profile can be applied to the smaller picture.
	KeepCMYK bool
}

// Eighths is the scale of a plane that was decoded in the DCT domain at X/8 of its width and Y/8 of its height, from the lowest X by Y
// coefficients of each block. 0 and 8 mean that the plane was not scaled.
type Eighths struct{ X, Y int }

// Resize scales the part r of src to size pixels. It does not modify src, and the result shares no memory with src. Resize panics if r or
// size is empty, src has no pixels, or Columns or Rows are combined with subsampled chroma.
//
// The result is an *image.YCbCr for an *image.YCbCr, an *image.Gray for an *image.Gray or *image.Gray16, an *image.NRGBA for types with
// alpha, and otherwise an opaque *image.RGBA; but see KeepCMYK. In an *image.NRGBA, pixels stay opaque if they were opaque, and transparent
// pixels are black. The caller may pass the result to Release when it is no longer used.
//
// Resize takes memory from the account of ctx. The memory of the result stays taken until Release. Resize returns the error of ctx or of an
// empty account.
func Resize(ctx context.Context, src image.Image, r Rect, size image.Point, opt Options) (image.Image, error) {
	check(src.Bounds().Size(), r, size, opt)
	if src, ok := src.(*image.YCbCr); ok {
		return resizeYCbCr(ctx, src, r, size, opt)
	}
	if n := rowBytes * int64(src.Bounds().Dx()); n > codec.Free {
		account := codec.AccountOf(ctx)
		if err := account.Take(n); err != nil {
			return nil, err
		}
		defer account.Give(n)
	}
	rows := rowsOf(src)
	s, err := NewShrinker(ctx, rows.format, src.Bounds().Size(), r, size, opt)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	from, to := s.Rows()
	for y := from; y < to && s.err == nil; y++ {
		s.writeRow(y, rows.row(y))
	}
	img, err := s.Image()
	if err != nil {
		Release(ctx, s.img)
	}
	return img, err
}

// check panics on arguments that only a mistake of the caller can cause.
func check(src image.Point, r Rect, size image.Point, opt Options) {
	if src.X < 1 || src.Y < 1 || size.X < 1 || size.Y < 1 {
		panic("resample: empty source or result")
	}
	w, h := r.X1-r.X0, r.Y1-r.Y0
	if !(w > 0 && h > 0) || math.IsInf(w, 0) || math.IsInf(h, 0) {
		panic("resample: empty or infinite rectangle")
	}
	if (opt.Columns != nil || opt.Rows != nil) && opt.Subsample != image.YCbCrSubsampleRatio444 {
		panic("resample: columns or rows of a result with subsampled chroma")
	}
}
