package webp

// unfilter adds its prediction to each value: that on the left (filter 1), that above (2), or left
// + above - corner (3). In the first row it is always the left one, in the first column that above.
func unfilter(alpha []byte, width int, filter byte) {
	if filter == 0 {
		return
	}
	for i := 1; i < width; i++ {
		alpha[i] += alpha[i-1]
	}
	for i := width; i < len(alpha); i++ {
		above := alpha[i-width]
		switch {
		case i%width == 0 || filter == 2:
			alpha[i] += above
		case filter == 1:
			alpha[i] += alpha[i-1]
		default:
			alpha[i] += clip(int32(alpha[i-1]) + int32(above) - int32(alpha[i-width-1]))
		}
	}
}
