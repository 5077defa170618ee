package jpeg

//go:generate go run idct_generate.go

// idcts holds the inverse DCT of each scale, for processors without assembly.
var idcts = [9]func(b *block, dst []byte, stride int){
	3: idct3, 4: idct4, 5: idct5, 6: idct6, 7: idct7, 8: idct8,
}

// level is added to the DC coefficient of a block, divided by 8, to get the mean of the samples. It is the level
// shift of 128 (section A.3.1) plus a half, so that truncation rounds.
const level = 128.5

// reconstruct transforms a block whose coefficients are set up to last in zigzag order. last is 0 if n is 1. dst
// has n rows of n samples.
func reconstruct(b *block, last uint, n int, dst []byte, stride int) {
	if last == 0 {
		flat(dst, stride, n, truncated(b[0]))
		return
	}
	if n == 2 {
		idct2(b, dst, stride)
		return
	}
	inverse(b, last, n, dst, stride)
}

// idct2 computes 2×2 samples by sums and differences, which takes less time than a call of inverse.
func idct2(b *block, dst []byte, stride int) {
	left, right := b[0]+b[8], b[0]-b[8]
	down, up := b[1]+b[9], b[1]-b[9]
	upper, lower := dst[:2], dst[stride:][:2]
	upper[0], upper[1] = truncated(left+down), truncated(right+up)
	lower[0], lower[1] = truncated(left-down), truncated(right-up)
}

// inverseGo is the Go version of inverse: the inverse DCT of 3 points or more.
func inverseGo(b *block, last uint, n int, dst []byte, stride int) {
	switch {
	case n < 8:
		idcts[n](b, dst, stride)
	// The nonzero coefficients are in the first two, four or six diagonals.
	case last < 3:
		idct8from2(b, dst, stride)
	case last < 10:
		idct8from4(b, dst, stride)
	case last < 21:
		idct8from6(b, dst, stride)
	default:
		idct8(b, dst, stride)
	}
}

// flat computes the inverse DCT of a block that has only a DC coefficient.
func flat(dst []byte, stride, n int, sample byte) {
	for y := range n {
		row := dst[y*stride:][:n]
		for x := range row {
			row[x] = sample
		}
	}
}

// truncated returns the integer part of v, limited to 0 to 255.
func truncated(v float32) byte {
	switch {
	case v < 0:
		return 0
	case v > 255:
		return 255
	}
	return byte(int32(v))
}
