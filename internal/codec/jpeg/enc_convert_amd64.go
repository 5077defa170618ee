//go:build !noasm

package jpeg

// convertQuadsAVX2 is convertQuads for n pixels of two rows. n is a multiple of 8. It saves two fifths of the time of encoding a picture in
// RGB: see BenchmarkEncode.
//
//go:noescape
func convertQuadsAVX2(upper, lower, luma, next, cb, cr *byte, n int)

// convertQuads converts two rows for chroma of half the width and height.
func convertQuads(upper, lower, luma, next, cb, cr []byte) {
	if n := len(luma) &^ 7; hasAVX2 && n > 0 {
		_, _, _, _, _ = upper[4*n-1], lower[4*n-1], next[n-1], cb[n/2-1], cr[n/2-1] // check the bounds of what the assembly reads and writes
		convertQuadsAVX2(&upper[0], &lower[0], &luma[0], &next[0], &cb[0], &cr[0], n)
		upper, lower, luma, next, cb, cr = upper[4*n:], lower[4*n:], luma[n:], next[n:], cb[n/2:], cr[n/2:]
	}
	convertQuadsGo(upper, lower, luma, next, cb, cr)
}
