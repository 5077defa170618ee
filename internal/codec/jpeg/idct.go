package jpeg

//go:generate go run idct_generate.go

// idcts is indexed by the scale. They are what runs where there is no assembly.
var idcts = [9]func(b *block, dst []byte, stride int){
	3: idct3, 4: idct4, 5: idct5, 6: idct6, 7: idct7, 8: idct8,
}

// level is what the DC coefficient of a block, divided by 8, lacks to be the mean of its samples:
// 128 of the level shift (section A.3.1), and a half, so that cutting off the fraction rounds.
const level = 128.5

// reconstruct transforms a block with the coefficients up to last, in zigzag order, 0 where n is 1.
// dst has n rows of n samples.
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

// idct2 makes 2×2 samples: sums and differences, which take less time than a call of inverse.
func idct2(b *block, dst []byte, stride int) {
	left, right := b[0]+b[8], b[0]-b[8]
	down, up := b[1]+b[9], b[1]-b[9]
	upper, lower := dst[:2], dst[stride:][:2]
	upper[0], upper[1] = truncated(left+down), truncated(right+up)
	lower[0], lower[1] = truncated(left-down), truncated(right-up)
}

// inverseGo is what inverse does, in Go: the inverse DCT of 3 points or more.
func inverseGo(b *block, last uint, n int, dst []byte, stride int) {
	switch {
	case n < 8:
		idcts[n](b, dst, stride)
	// The coefficients lie in the first two, four or six diagonals:
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

// flat is the inverse DCT of a block that has no coefficient but DC.
func flat(dst []byte, stride, n int, sample byte) {
	for y := range n {
		row := dst[y*stride:][:n]
		for x := range row {
			row[x] = sample
		}
	}
}

// truncated is the whole part of v, between 0 and 255.
func truncated(v float32) byte {
	switch {
	case v < 0:
		return 0
	case v > 255:
		return 255
	}
	return byte(int32(v))
}
