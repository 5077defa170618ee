// Package resample scales pictures: separable windowed-sinc filtering in fixed point, in
// premultiplied alpha, on the planes of Y'CbCr as they are, row by row, so that memory follows the
// width and not the area.
//
// The arithmetic is the textbook's (for instance Turkowski, "Filters for Common Resampling Tasks",
// Graphics Gems I, 1990): each sample of the result is the sum of the source's samples weighted by
// a kernel that is stretched by the ratio when a picture shrinks. Weights that fall beyond the
// source's edge are dropped and the rest is normalized, but where the picture is enlarged: there
// they go to the pixel at the edge, so that no slope is continued. The result is within one level of that sum
// computed in float64. With alpha, sums are divided by that of alpha before they are clamped: a
// shape of one color keeps it up to its edge, where the kernel overshoots.
//
// Large reductions first average boxes of whole rows and leave at least a factor of 3 (with
// Options.Exact: of 32) to the kernel, which then makes up for what the boxes have blurred; see
// compensation.
//
// Functions of this package may be called from several goroutines; a Shrinker belongs to one.
package resample

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Rect is a part of a picture, in pixels of the picture relative to its Bounds().Min; edges may lie
// between pixels. Pixels outside of it, but within the reach of the kernel, count as they do when a
// scaled picture is cropped afterwards. An edge may lie outside the picture: the picture is
// continued by its outermost pixels.
type Rect struct{ X0, Y0, X1, Y1 float64 }

// Full is the whole picture of the given bounds.
func Full(b image.Rectangle) Rect { return Rect{0, 0, float64(b.Dx()), float64(b.Dy())} }

// Kernel is a reconstruction filter.
type Kernel uint8

const (
	Lanczos3   Kernel = iota // six source pixels wide, the sharper one
	CatmullRom               // four pixels wide: the cubic B=0, C=1/2 of Mitchell and Netravali
)

// Options are the choices of Resize and NewShrinker. The zero value is Lanczos3, 4:4:4, of an
// unscaled source.
type Options struct {
	Kernel Kernel

	// Exact keeps within one level of the textbook's sum at every ratio. Without it that holds
	// where the picture shrinks to no less than a sixth of its height; beyond, photos agree with
	// the textbook by 54 dB and more.
	Exact bool

	// Subsample is the chroma resolution of a result in Y'CbCr, always sited in the center as in JPEG.
	// The zero value is 4:4:4, which keeps all that a reduced 4:2:0 picture has to give.
	Subsample image.YCbCrSubsampleRatio

	// Luma and Chroma tell how the source (and the chroma planes of a Y'CbCr source) was scaled by its
	// decoder, for instance {1, 1} for a decode at 1/8: the kernel makes up for what that has blurred.
	// The zero value is a source that was not scaled.
	Luma, Chroma Eighths

	// KeepCMYK makes an *image.CMYK of one, so that a color profile can be applied to the smaller
	// picture.
	KeepCMYK bool
}

// Eighths says that a plane was decoded in the DCT domain at X/8 of its width and Y/8 of its
// height, from the lowest X by Y coefficients of each block. 0 and 8 stand for a plane that was not
// scaled.
type Eighths struct{ X, Y int }

// Resize scales the part r of src to size pixels. src is not modified and the result shares no
// memory with it.
//
// The result is an *image.YCbCr for one, an *image.Gray for an *image.Gray or *image.Gray16, an *image.NRGBA of what may have
// alpha, in which what was opaque has alpha 255 and what is transparent is black, and otherwise (but see KeepCMYK) an opaque
// *image.RGBA. The caller may hand it to Release when done with it.
// Resize panics if r or size is empty or src has no pixels.
//
// Memory is taken from the account of ctx; that of the result stays taken until Release. The error
// is that of an account that is empty, or of ctx.
func Resize(ctx context.Context, src image.Image, r Rect, size image.Point, opt Options) (image.Image, error) {
	check(src.Bounds().Size(), r, size)
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

// check panics on what only a mistake of the caller can be.
func check(src image.Point, r Rect, size image.Point) {
	if src.X < 1 || src.Y < 1 || size.X < 1 || size.Y < 1 {
		panic("resample: empty source or result")
	}
	w, h := r.X1-r.X0, r.Y1-r.Y0
	if !(w > 0 && h > 0) || math.IsInf(w, 0) || math.IsInf(h, 0) {
		panic("resample: empty or infinite rectangle")
	}
}
