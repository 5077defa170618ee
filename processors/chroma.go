package processors

import "image"

// fullChroma returns img in 4:4:4, each sample of chroma repeated.
func fullChroma(img *image.YCbCr) *image.YCbCr {
	b := img.Rect
	out := image.NewYCbCr(image.Rectangle{Max: b.Size()}, image.YCbCrSubsampleRatio444)
	for y := range b.Dy() {
		copy(out.Y[y*out.YStride:][:b.Dx()], img.Y[img.YOffset(b.Min.X, b.Min.Y+y):])
		for x := range b.Dx() {
			from := img.COffset(b.Min.X+x, b.Min.Y+y)
			out.Cb[y*out.CStride+x] = img.Cb[from]
			out.Cr[y*out.CStride+x] = img.Cr[from]
		}
	}
	return out
}

// subsampling returns how many pixels share a sample of chroma, horizontally and vertically, as
// package image has it.
func subsampling(ratio image.YCbCrSubsampleRatio) (dx, dy int) {
	unit := image.NewYCbCr(image.Rect(0, 0, 4, 2), ratio) // no ratio shares more
	return 4 / unit.CStride, 2 * unit.CStride / len(unit.Cb)
}

// halfChroma returns a picture in 4:4:4 as one in 4:2:0: each sample of chroma is the mean of four,
// or of what there is of them at the edges. Luma is shared with img.
func halfChroma(img *image.YCbCr) *image.YCbCr {
	size := img.Rect.Size()
	w, h := (size.X+1)/2, (size.Y+1)/2
	out := &image.YCbCr{
		Y:       img.Y[img.YOffset(img.Rect.Min.X, img.Rect.Min.Y):],
		YStride: img.YStride,
		Cb:      make([]byte, w*h), Cr: make([]byte, w*h), CStride: w,
		SubsampleRatio: image.YCbCrSubsampleRatio420,
		Rect:           image.Rectangle{Max: size},
	}
	from := img.COffset(img.Rect.Min.X, img.Rect.Min.Y)
	halve(out.Cb, img.Cb[from:], img.CStride, size)
	halve(out.Cr, img.Cr[from:], img.CStride, size)
	return out
}

// halve writes the means of a plane of that size to dst, without a gap between rows.
func halve(dst, src []byte, stride int, size image.Point) {
	for y := 0; y < size.Y; y += 2 {
		row := src[y*stride:][:size.X]
		below := row
		if y+1 < size.Y {
			below = src[(y+1)*stride:][:size.X]
		}
		for x := 0; x < size.X; x += 2 {
			right := min(x+1, size.X-1)
			dst[0] = byte((int(row[x]) + int(row[right]) + int(below[x]) + int(below[right]) + 2) / 4)
			dst = dst[1:]
		}
	}
}
