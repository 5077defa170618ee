package processors

import "image"

// transposes reports whether an orientation exchanges width and height.
func transposes(orientation int) bool { return orientation >= 5 && orientation <= 8 }

// A turn takes a picture from how it is stored to how it is seen: transposed first, then mirrored.
type turn struct{ transpose, flipX, flipY bool }

// turns are the meanings of EXIF's orientations: at 6, for instance, row 0 of the file is seen at
// the right, and column 0 at the top (Exif 2.32, 4.6.4).
var turns = [9]turn{
	2: {flipX: true},
	3: {flipX: true, flipY: true},
	4: {flipY: true},
	5: {transpose: true},
	6: {transpose: true, flipX: true},
	7: {transpose: true, flipX: true, flipY: true},
	8: {transpose: true, flipY: true},
}

// orient returns img as seen under an orientation of 1 to 8. It returns img itself for 1.
func orient(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	t := turns[orientation]
	size := img.Bounds().Size()
	if t.transpose {
		size.X, size.Y = size.Y, size.X
	}
	r := image.Rectangle{Max: size}
	b := img.Bounds()
	switch img := img.(type) {
	case *image.YCbCr:
		return t.yCbCr(img, size)
	case *image.NYCbCrA:
		out := &image.NYCbCrA{YCbCr: *t.yCbCr(&img.YCbCr, size), A: make([]byte, size.X*size.Y), AStride: size.X}
		t.plane(out.A, size.X, size, img.A[img.AOffset(b.Min.X, b.Min.Y):], img.AStride, 1)
		return out
	case *image.Gray:
		out := image.NewGray(r)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 1)
		return out
	case *image.Paletted:
		out := image.NewPaletted(r, img.Palette)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 1)
		return out
	case *image.CMYK:
		out := image.NewCMYK(r)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 4)
		return out
	case *image.RGBA:
		out := image.NewRGBA(r)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 4)
		return out
	case *image.NRGBA:
		out := image.NewNRGBA(r)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 4)
		return out
	case *image.Gray16:
		out := image.NewGray16(r)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 2)
		return out
	case *image.NRGBA64:
		out := image.NewNRGBA64(r)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 8)
		return out
	case *image.RGBA64:
		out := image.NewRGBA64(r)
		t.plane(out.Pix, out.Stride, size, img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], img.Stride, 8)
		return out
	default: // no decoder of ours makes others
		out := image.NewNRGBA64(r)
		for y := range size.Y {
			for x := range size.X {
				at := t.source(x, y, size)
				out.Set(x, y, img.At(b.Min.X+at.X, b.Min.Y+at.Y))
			}
		}
		return out
	}
}

// source returns where the pixel that is seen at x, y of a picture of that size is stored.
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

// plane fills dst, a plane of that size in pixels of n bytes, with src turned.
func (t turn) plane(dst []byte, dstStride int, size image.Point, src []byte, srcStride, n int) {
	origin := t.source(0, 0, size)
	alongX, alongY := n, srcStride // bytes from one seen pixel to the next in src
	if t.transpose {
		alongX, alongY = srcStride, n
	}
	if t.flipX {
		alongX = -alongX
	}
	if t.flipY {
		alongY = -alongY
	}
	for y := range size.Y {
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
	}
}

// yCbCr turns the three planes, and with them the direction of the subsampling.
func (t turn) yCbCr(img *image.YCbCr, size image.Point) *image.YCbCr {
	b := img.Rect
	dx, dy := subsampling(img.SubsampleRatio)
	// The samples of chroma lie on a grid that begins at the stored picture's upper left corner.
	// Mirrored, it would begin within a sample if the side is no multiple of the step; and a
	// transposed 4:1:1 or 4:1:0 has no name.
	stored := b.Size()
	mirrorX, mirrorY := t.flipX, t.flipY
	if t.transpose {
		mirrorX, mirrorY = mirrorY, mirrorX
	}
	offGrid := b.Min.X%dx != 0 || b.Min.Y%dy != 0 || mirrorX && stored.X%dx != 0 || mirrorY && stored.Y%dy != 0
	if offGrid || t.transpose && dx > 2 {
		img = fullChroma(img)
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
	out := image.NewYCbCr(image.Rectangle{Max: size}, ratio)
	t.plane(out.Y, out.YStride, size, img.Y[img.YOffset(b.Min.X, b.Min.Y):], img.YStride, 1)
	chroma := image.Pt((size.X+dx-1)/dx, (size.Y+dy-1)/dy)
	from := img.COffset(b.Min.X, b.Min.Y)
	t.plane(out.Cb, out.CStride, chroma, img.Cb[from:], img.CStride, 1)
	t.plane(out.Cr, out.CStride, chroma, img.Cr[from:], img.CStride, 1)
	return out
}
