//go:build !noasm

package jpeg

// forwardAVX2 saves more than half of the time that the encoder takes: see BenchmarkForward and
// BenchmarkEncode.
//
//go:noescape
func forwardAVX2(b *codedBlock, src *byte, stride int, q *quantizer) (nonzero, weak uint64)

// forward transforms and quantizes the 8×8 samples at src. It returns which coefficients are not
// zero, and which are weak, by their index in b.
func forward(b *codedBlock, src []byte, stride int, q *quantizer) (nonzero, weak uint64) {
	if !hasAVX2 {
		return forwardGo(b, src, stride, q)
	}
	_ = src[7*stride+7] // the assembly's reach
	return forwardAVX2(b, &src[0], stride, q)
}
