package processors

import (
	"image"
	"slices"
)

// mayBeFlat reports whether flatColors colors may cover flatShare of a picture: not if as many levels of its green or
// luma don't. That is seen at a small part of the cost of counting colors. Pictures that are not opaque may be flat.
func mayBeFlat(img image.Image) bool {
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
			return true
		}
	case *image.RGBA:
		if !countGreen(&counts, m.Pix, m.Stride, size) {
			return true
		}
	default:
		return true
	}
	slices.SortFunc(counts[:], func(a, b int) int { return b - a })
	most := 0
	for _, n := range counts[:flatColors] {
		most += n
	}
	return float64(most) >= flatShare*float64(size.X)*float64(size.Y)
}

// countGreen counts the levels of green, until a pixel is not opaque.
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
