package webp

// unfilter adds the prediction to each value: the value on the left (filter 1), the value above (filter 2), or left + above
// - above left (filter 3). In the first row the prediction is always the value on the left. In the first column it is
// always the value above.
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
