package pixels

import "image"

// Light reports whether the pixels of an image are light on average. It ignores pixels with an alpha below opaqueFrom.
func Light(img *image.NRGBA, opaqueFrom uint8) bool {
	var sum int64
	for y := range img.Rect.Dy() {
		for row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]; len(row) >= 4; row = row[4:] {
			if row[3] >= opaqueFrom {
				sum += int64(2*int(row[0]) + 5*int(row[1]) + int(row[2]) - 8*128)
			}
		}
	}
	return sum > 0
}
