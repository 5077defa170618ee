//go:build !amd64 || noasm

package jpeg

// convertQuads is for chroma of half the width and height, of two rows.
func convertQuads(upper, lower, luma, next, cb, cr []byte) {
	convertQuadsGo(upper, lower, luma, next, cb, cr)
}
