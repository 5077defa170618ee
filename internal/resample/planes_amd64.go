//go:build !noasm

package resample

// addRowAVX2 is addRowGo for n bytes, a multiple of 32, but the sums are in the order of the bytes.
//
//go:noescape
func addRowAVX2(sum *uint16, row *byte, n int)

// widenAVX2 is widenGo for n bytes, a multiple of 32.
//
//go:noescape
func widenAVX2(dst *int16, row *byte, n int)

// splitAVX2 is splitGo for n pixels, a multiple of 16.
//
//go:noescape
func splitAVX2(dst *int16, row *byte, stride, n int)

// splitPremulAVX2 is splitPremulGo for n pixels, a multiple of 16.
//
//go:noescape
func splitPremulAVX2(dst *int16, row *byte, stride, n int, round, factor uint16)

// splitRGBAVX2 is splitRGBGo for n pixels, a multiple of 16. It reads four bytes beyond the last pixel, but does not use them.
//
//go:noescape
func splitRGBAVX2(dst *int16, row *byte, stride, n int)

// addPremulAVX2 is addPremulGo for n bytes, a multiple of 32, but the sums are in the order of the bytes.
//
//go:noescape
func addPremulAVX2(sum *uint16, row *byte, n int, round, factor uint16)

// meanAVX2 is meanGo for n sums, a multiple of 16, in the order of the bytes.
//
//go:noescape
func meanAVX2(dst *int16, sum *uint16, n int, shift uint, factor uint16)

// meanSplitAVX2 is meanSplitGo for n pixels, a multiple of 16, whose sums are in the order of the bytes.
//
//go:noescape
func meanSplitAVX2(dst *int16, sum *uint16, stride, n int, shift uint, factor uint16)

func addRow(sum []uint16, row []byte) {
	if !hasAVX2 {
		addRowGo(sum, row)
		return
	}
	n := len(sum) &^ 31
	if n > 0 {
		_ = row[n-1]
		addRowAVX2(&sum[0], &row[0], n)
	}
	for i := n; i < len(sum); i++ {
		sum[i] += uint16(row[i])
	}
}

func widen(dst []int16, row []byte) {
	n := 0
	if hasAVX2 && len(dst) >= 32 {
		n = len(dst) &^ 31
		_ = row[n-1]
		widenAVX2(&dst[0], &row[0], n)
	}
	widenGo(dst[n:], row[n:])
}

func split(dst []int16, stride int, row []byte) {
	n := 0
	if hasAVX2 && len(row) >= 64 {
		n = len(row) / 4 &^ 15
		_ = dst[3*stride+n-1]
		splitAVX2(&dst[0], &row[0], stride, n)
	}
	splitGo(dst[n:], stride, row[4*n:])
}

func splitPremul(dst []int16, stride int, row []byte) {
	n := 0
	if hasAVX2 && len(row) >= 64 {
		n = len(row) / 4 &^ 15
		_ = dst[3*stride+n-1]
		m := premulOf(sampleBits)
		splitPremulAVX2(&dst[0], &row[0], stride, n, m.round, m.factor)
	}
	splitPremulGo(dst[n:], stride, row[4*n:])
}

func splitRGB(dst []int16, stride int, row []byte) {
	n := 0
	if hasAVX2 && len(row) >= 3*16+4 {
		n = (len(row) - 4) / 3 &^ 15
		_ = dst[2*stride+n-1]
		splitRGBAVX2(&dst[0], &row[0], stride, n)
	}
	splitRGBGo(dst[n:], stride, row[3*n:])
}

func addPremul(sum []uint16, row []byte, m premulFactor) {
	if !hasAVX2 {
		addPremulGo(sum, row, m)
		return
	}
	n := len(sum) &^ 31
	if n > 0 {
		_ = row[n-1]
		addPremulAVX2(&sum[0], &row[0], n, m.round, m.factor)
	}
	for ; n+4 <= len(sum); n += 4 {
		addPremulPixel(sum[n:], row[n:], m)
	}
}

func mean(dst []int16, sum []uint16, m meanFactor) {
	if !hasAVX2 {
		meanGo(dst, sum, m)
		return
	}
	n := len(dst) &^ 15
	if n > 0 {
		_ = sum[n-1]
		meanAVX2(&dst[0], &sum[0], n, m.shift, m.factor)
	}
	for i := n; i < len(dst); i++ {
		dst[i] = m.of(sum[i])
	}
}

func meanSplit(dst []int16, stride int, sum []uint16, m meanFactor) {
	if !hasAVX2 {
		meanSplitGo(dst, stride, sum, m)
		return
	}
	n := len(sum) / 4 &^ 15
	if n > 0 {
		_ = dst[3*stride+n-1]
		meanSplitAVX2(&dst[0], &sum[0], stride, n, m.shift, m.factor)
	}
	for i := n; i < len(sum)/4; i++ {
		for p, v := range sum[4*i:][:4] {
			dst[p*stride+i] = m.of(v)
		}
	}
}

// The assembly, and the loops of addRow and addPremul for the rest of a row, keep the sums in the order of the bytes.
func inOrder(sum []uint16) {
	if !hasAVX2 {
		sortSums(sum)
	}
}
