//go:build !amd64 || noasm

package jpeg

// convertQuads converts two rows for chroma of half the width and height.
func convertQuads(upper, lower, luma, next, cb, cr []byte) {
	convertQuadsGo(upper, lower, luma, next, cb, cr)
}
