//go:build !noasm

package jpeg

// forwardAVX2 implements forward. It saves more than half of the encoder's time: see BenchmarkForward and BenchmarkEncode.
//
//go:noescape
func forwardAVX2(b *codedBlock, src *byte, stride int, q *quantizer) (nonzero, weak uint64)

// forward transforms and quantizes the 8×8 samples at src. It returns two bit masks, by index in b: the coefficients that are not zero, and
// those that are weak.
func forward(b *codedBlock, src []byte, stride int, q *quantizer) (nonzero, weak uint64) {
	if !hasAVX2 {
		return forwardGo(b, src, stride, q)
	}
	_ = src[7*stride+7] // check the bounds of what the assembly reads
	return forwardAVX2(b, &src[0], stride, q)
}
