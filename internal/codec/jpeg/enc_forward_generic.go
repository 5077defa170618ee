//go:build !amd64 || noasm

package jpeg

// forward transforms and quantizes the 8×8 samples at src. It returns two bit masks, by index in b: the coefficients that are not zero, and
// those that are weak.
func forward(b *codedBlock, src []byte, stride int, q *quantizer) (nonzero, weak uint64) {
	return forwardGo(b, src, stride, q)
}
