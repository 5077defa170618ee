package quantize

import (
	"image"
	"slices"
)

// ShareAtMost returns an upper bound of the [Histogram.Share] of a picture. It is much faster than counting the colors. The bound is
// the share of the pixels that have one of the n most frequent values of green or luma. ShareAtMost returns 1 for pictures that are
// not opaque, and for types other than *image.YCbCr, *image.NRGBA and *image.RGBA.
func ShareAtMost(img image.Image, n int) float64 {
	var counts [256]int
	size := img.Bounds().Size()
	switch m := img.(type) {
	case *image.YCbCr:
		for y := range size.Y {
			for _, v := range m.Y[y*m.YStride:][:size.X] {
				counts[v]++
			}
		}
	case *image.NRGBA:
		if !countGreen(&counts, m.Pix, m.Stride, size) {
			return 1
		}
	case *image.RGBA:
		if !countGreen(&counts, m.Pix, m.Stride, size) {
			return 1
		}
	default:
		return 1
	}
	slices.SortFunc(counts[:], func(a, b int) int { return b - a })
	sum := 0
	for _, k := range counts[:min(n, len(counts))] {
		sum += k
	}
	return float64(sum) / (float64(size.X) * float64(size.Y))
}

// countGreen counts the values of green. It returns false at the first pixel that is not opaque.
func countGreen(counts *[256]int, pix []byte, stride int, size image.Point) (opaque bool) {
	for y := range size.Y {
		row := pix[y*stride:][:4*size.X]
		for ; len(row) >= 4; row = row[4:] {
			if row[3] != 255 {
				return false
			}
			counts[row[1]]++
		}
	}
	return true
}
