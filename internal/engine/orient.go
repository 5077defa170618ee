package engine

import (
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// A turn maps a stored picture to the upright one: it is transposed first, then mirrored.
type turn struct{ transpose, flipX, flipY bool }

// turns has the turn of each EXIF orientation. For example, at orientation 6, row 0 of the file is the right
// edge of the upright picture, and column 0 is the top (Exif 2.32, 4.6.4).
var turns = [9]turn{
	2: {flipX: true},
	3: {flipX: true, flipY: true},
	4: {flipY: true},
	5: {transpose: true},
	6: {transpose: true, flipX: true},
	7: {transpose: true, flipX: true, flipY: true},
	8: {transpose: true, flipY: true},
}

// orient returns img turned upright, for an EXIF orientation of 1 to 8. For 1 it returns img itself. The memory
// of the result is taken from the account.
func orient(ctx context.Context, img image.Image, orientation int) (image.Image, error) {
	if orientation < 2 || orientation > 8 {
		return img, nil
	}
	t := turns[orientation]
	b := img.Bounds()
	size := t.size(b.Size())
	switch img := img.(type) {
	case *image.YCbCr:
		return orNil(t.yCbCr(ctx, img, size))
	case *image.NYCbCrA:
		ycc, err := t.yCbCr(ctx, &img.YCbCr, size)
		if err != nil {
			return nil, err
		}
		alpha, err := t.turned(ctx, size, img.A[img.AOffset(b.Min.X, b.Min.Y):], img.AStride, 1)
		return &image.NYCbCrA{YCbCr: *ycc, A: alpha, AStride: size.X}, err
	}
	pix, stride, n := rawPixels(img)
	if pix == nil {
		return t.other(ctx, img, size)
	}
	out, err := t.turned(ctx, size, pix, stride, n)
	if err != nil {
		return nil, err
	}
	stride = n * size.X
	r := image.Rectangle{Max: size}
	switch img := img.(type) {
	case *image.Gray:
		return &image.Gray{Pix: out, Stride: stride, Rect: r}, nil
	case *image.Paletted:
		return &image.Paletted{Pix: out, Stride: stride, Rect: r, Palette: img.Palette}, nil
	case *image.CMYK:
		return &image.CMYK{Pix: out, Stride: stride, Rect: r}, nil
	case *image.RGBA:
		return &image.RGBA{Pix: out, Stride: stride, Rect: r}, nil
	case *image.NRGBA:
		return &image.NRGBA{Pix: out, Stride: stride, Rect: r}, nil
	case *image.Gray16:
		return &image.Gray16{Pix: out, Stride: stride, Rect: r}, nil
	case *image.NRGBA64:
		return &image.NRGBA64{Pix: out, Stride: stride, Rect: r}, nil
	default:
		return &image.RGBA64{Pix: out, Stride: stride, Rect: r}, nil
	}
}

// rawPixels returns the pixels of an image that stores them in one slice. A pixel has n bytes.
func rawPixels(img image.Image) (pix []byte, stride, n int) {
	b := img.Bounds()
	switch img := img.(type) {
	case *image.Gray:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 1
	case *image.Paletted:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 1
	case *image.CMYK:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 4
	case *image.RGBA:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 4
	case *image.NRGBA:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 4
	case *image.Gray16:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 2
	case *image.NRGBA64:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 8
	case *image.RGBA64:
		return img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 8
	}
	return nil, 0, 0
}

// orNil returns nil if p is a nil pointer, so that the interface is nil as well.
func orNil(img *image.YCbCr, err error) (image.Image, error) {
	if err != nil {
		return nil, err
	}
	return img, nil
}

// size returns the size of a picture after the turn.
func (t turn) size(size image.Point) image.Point {
	if t.transpose {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// other turns an image whose type is not from package image. The built-in decoders return none.
func (t turn) other(ctx context.Context, img image.Image, size image.Point) (image.Image, error) {
	pix, err := codec.Bytes(ctx, 8*size.X*size.Y)
	if err != nil {
		return nil, err
	}
	out := &image.NRGBA64{Pix: pix, Stride: 8 * size.X, Rect: image.Rectangle{Max: size}}
	from := img.Bounds().Min
	return out, rowByRow(ctx, size, 8, func(y int) {
		for x := range size.X {
			at := t.source(x, y, size)
			out.Set(x, y, img.At(from.X+at.X, from.Y+at.Y))
		}
	})
}

// rowByRow calls do for every row, and checks ctx once per megabyte.
func rowByRow(ctx context.Context, size image.Point, bytes int, do func(y int)) error {
	every := max(1<<20/max(bytes*size.X, 1), 1)
	for y := range size.Y {
		if y%every == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		do(y)
	}
	return nil
}

// source returns the stored coordinates of the pixel at (x, y) of the upright picture.
func (t turn) source(x, y int, size image.Point) image.Point {
	if t.flipX {
		x = size.X - 1 - x
	}
	if t.flipY {
		y = size.Y - 1 - y
	}
	if t.transpose {
		x, y = y, x
	}
	return image.Pt(x, y)
}

// turned returns the turned pixels of src, n bytes each. size is the size of the result.
func (t turn) turned(ctx context.Context, size image.Point, src []byte, stride, n int) ([]byte, error) {
	dst, err := codec.Bytes(ctx, n*size.X*size.Y)
	if err != nil {
		return nil, err
	}
	return dst, t.plane(ctx, dst, n*size.X, size, src, stride, n)
}

// plane writes src, turned, to dst. dst is a plane of the given size with n bytes per pixel.
func (t turn) plane(ctx context.Context, dst []byte, dstStride int, size image.Point, src []byte, srcStride, n int) error {
	origin := t.source(0, 0, size)
	alongX, alongY := n, srcStride // distances in src, in bytes, between pixels that are neighbors in a row and in a column of the upright picture
	if t.transpose {
		alongX, alongY = srcStride, n
	}
	if t.flipX {
		alongX = -alongX
	}
	if t.flipY {
		alongY = -alongY
	}
	return rowByRow(ctx, size, n, func(y int) {
		row := dst[y*dstStride:][:size.X*n]
		from := origin.Y*srcStride + origin.X*n + y*alongY
		switch n {
		case 1:
			for i := range row {
				row[i] = src[from]
				from += alongX
			}
		case 4:
			for ; len(row) >= 4; row = row[4:] {
				copy(row[:4], src[from:from+4])
				from += alongX
			}
		default:
			for ; len(row) >= n; row = row[n:] {
				copy(row[:n], src[from:])
				from += alongX
			}
		}
	})
}

// yCbCr turns the three planes. Transposing also exchanges horizontal and vertical subsampling.
func (t turn) yCbCr(ctx context.Context, img *image.YCbCr, size image.Point) (*image.YCbCr, error) {
	b := img.Rect
	dx, dy := pixels.ChromaFactors(img.SubsampleRatio)
	// The grid of chroma samples begins at the upper left corner of the stored picture. If a side is not a
	// multiple of the grid's step, the mirrored grid would begin within a sample. Package image has no ratio
	// for a transposed 4:1:1 or 4:1:0. In both cases the chroma is expanded first.
	stored := b.Size()
	mirrorX, mirrorY := t.flipX, t.flipY
	if t.transpose {
		mirrorX, mirrorY = mirrorY, mirrorX
	}
	offGrid := b.Min.X%dx != 0 || b.Min.Y%dy != 0 || mirrorX && stored.X%dx != 0 || mirrorY && stored.Y%dy != 0
	if offGrid || t.transpose && dx > 2 {
		full, err := fullChroma(ctx, img)
		if err != nil {
			return nil, err
		}
		defer pixels.Give(ctx, full)
		img = full
		b, dx, dy = img.Rect, 1, 1
	}
	ratio := img.SubsampleRatio
	if t.transpose {
		dx, dy = dy, dx
		switch ratio {
		case image.YCbCrSubsampleRatio422:
			ratio = image.YCbCrSubsampleRatio440
		case image.YCbCrSubsampleRatio440:
			ratio = image.YCbCrSubsampleRatio422
		}
	}
	out, err := newYCbCr(ctx, size, ratio)
	if err != nil {
		return nil, err
	}
	chroma := image.Pt((size.X+dx-1)/dx, (size.Y+dy-1)/dy)
	from := img.COffset(b.Min.X, b.Min.Y)
	return out, errors.Join(
		t.plane(ctx, out.Y, out.YStride, size, img.Y[img.YOffset(b.Min.X, b.Min.Y):], img.YStride, 1),
		t.plane(ctx, out.Cb, out.CStride, chroma, img.Cb[from:], img.CStride, 1),
		t.plane(ctx, out.Cr, out.CStride, chroma, img.Cr[from:], img.CStride, 1))
}
