//go:build !amd64 || noasm

package jpeg

// forward transforms and quantizes the 8×8 samples at src. It returns which coefficients are not
// zero, by their index in b.
func forward(b *codedBlock, src []byte, stride int, q *quantizer) (nonzero, weak uint64) {
	return forwardGo(b, src, stride, q)
}
