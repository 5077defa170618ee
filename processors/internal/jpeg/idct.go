package jpeg

//go:generate go run idct_generate.go

// level is the level shift of section A.3.1, 128, in units of a DC coefficient.
const level = 128 * 8

// idcts is indexed by the scale; scale 1 is dcSample.
var idcts = [9]func(b *block, dst []byte, stride int){
	2: idct2, 3: idct3, 4: idct4, 5: idct5, 6: idct6, 7: idct7, 8: idct8,
}

// dcSample is the one sample that a block becomes at scale 1: its mean.
func dcSample(dc int32) byte { return clamp((int64(dc) + level + 4) >> 3) }

// reconstruct transforms a block with the coefficients 0 (also given as dc) to last, in zigzag order.
func reconstruct(b *block, last uint, dc int32, scale int, dst []byte, stride int) {
	switch {
	case last == 0:
		flat(dst, stride, scale, dcSample(dc))
	case scale < 8:
		idcts[scale](b, dst, stride)
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

func clamp(v int64) byte {
	if uint64(v) > 255 {
		return byte(^(v >> 63))
	}
	return byte(v)
}
