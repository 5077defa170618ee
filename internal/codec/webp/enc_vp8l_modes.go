package webp

// subPixels subtracts the samples of b from those of a, modulo 256.
func subPixels(a, b uint32) uint32 {
	return (a|0x00ff00ff-b&0xff00ff00)&0xff00ff00 | (a|0xff00ff00-b&0x00ff00ff)&0x00ff00ff
}

// predictInto stores in dst the predictions of a mode for the pixels of a row (RFC 9649, 4.1). The first of these
// pixels has the number from, which is at least 1. above is the row above, and one more pixel.
func predictInto(dst, row, above []uint32, from int, mode uint8) {
	n := len(dst)
	left := row[from-1:][:n]
	corner, top, right := above[from-1:][:n], above[from:][:n], above[from+1:][:n]
	switch mode {
	case 0:
		for i := range dst {
			dst[i] = 0xff000000
		}
	case 1:
		copy(dst, left)
	case 2:
		copy(dst, top)
	case 3:
		copy(dst, right)
	case 4:
		copy(dst, corner)
	case 5:
		for i := range dst {
			dst[i] = meanPixel(meanPixel(left[i], right[i]), top[i])
		}
	case 6:
		for i := range dst {
			dst[i] = meanPixel(left[i], corner[i])
		}
	case 7:
		for i := range dst {
			dst[i] = meanPixel(left[i], top[i])
		}
	case 8:
		for i := range dst {
			dst[i] = meanPixel(corner[i], top[i])
		}
	case 9:
		for i := range dst {
			dst[i] = meanPixel(top[i], right[i])
		}
	case 10:
		for i := range dst {
			dst[i] = meanPixel(meanPixel(left[i], corner[i]), meanPixel(top[i], right[i]))
		}
	case 11:
		for i := range dst {
			dst[i] = nearer(left[i], top[i], corner[i])
		}
	case 12:
		for i := range dst {
			dst[i] = gradient(left[i], top[i], corner[i])
		}
	default:
		for i := range dst {
			dst[i] = halfGradient(meanPixel(left[i], top[i]), corner[i])
		}
	}
}
