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
