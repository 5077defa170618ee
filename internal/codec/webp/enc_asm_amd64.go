//go:build !noasm

package webp

import "golang.org/x/sys/cpu"

// hasEncoderAVX2 reports whether the processor can run the assembly of the encoder. Without it an encode takes 2.5
// times as long.
var hasEncoderAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasLZCNT

//go:noescape
func forwardAVX2(src, pred *quad, out *group)

func forward(src, pred *quad, out *group) {
	if hasEncoderAVX2 {
		forwardAVX2(src, pred, out)
	} else {
		forwardGo(src, pred, out)
	}
}

// inverseAVX2 does nothing and returns false if coefficients are so large that 16 bits might overflow.
//
//go:noescape
func inverseAVX2(c *group, pred, src, out *quad, errors *[4]int32) bool

func inverse(c *group, pred, src, out *quad, errors *[4]int32) {
	if !hasEncoderAVX2 || !inverseAVX2(c, pred, src, out, errors) {
		inverseGo(c, pred, src, out, errors)
	}
}

//go:noescape
func quantizeAVX2(in *group, q *quantizer, c *coded)

func quantize(g *group, q *quantizer, c *coded) {
	if hasEncoderAVX2 {
		quantizeAVX2(g, q, c)
	} else {
		quantizeGo(g, q, c)
	}
}

// hadamardAVX2 transforms n quads.
//
//go:noescape
func hadamardAVX2(src, pred *quad, n int, sums *[4]int32)

func hadamard(src, pred []quad, sums [][4]int32) {
	if hasEncoderAVX2 && len(sums) > 0 {
		_, _ = src[len(sums)-1], pred[len(sums)-1] // check the bounds of what the assembly reads
		hadamardAVX2(&src[0], &pred[0], len(sums), &sums[0])
		return
	}
	for i := range sums {
		sums[i] = hadamardGo(&src[i], &pred[i])
	}
}

//go:noescape
func hadamardBlockAVX2(src *byte, preds *[3]quad, sums *[3][4]int32)

func hadamardBlock(src *quad, block int, preds *[3]quad, sums *[3][4]int32) {
	if hasEncoderAVX2 {
		hadamardBlockAVX2(&src[4*block&15], preds, sums)
	} else {
		hadamardBlockGo(src, block, preds, sums)
	}
}

// predictAllAVX2 reads 16 bytes above the block, starting with the corner.
//
//go:noescape
func predictAllAVX2(dst *byte, stride int, to *[3]quad)

func predictAll(buf []byte, at, stride int, to *[3]quad) {
	if !hasEncoderAVX2 {
		predictAllGo(buf, at, stride, to)
		return
	}
	_, _, _ = buf[at-stride-1:at-stride+15], buf[at-1], buf[at+3*stride-1] // check the bounds of what the assembly accesses
	predictAllAVX2(&buf[at], stride, to)
}

// convertQuadsAVX2 converts n pixels of each row. n is a multiple of 8.
//
//go:noescape
func convertQuadsAVX2(upper, lower, luma, next, cb, cr *byte, n int)

func convertQuads(upper, lower, luma, next, cb, cr []byte) {
	n := 0
	if hasEncoderAVX2 {
		n = len(luma) &^ 7
	}
	if n > 0 {
		_, _, _, _, _ = upper[4*n-1], lower[4*n-1], next[n-1], cb[n/2-1], cr[n/2-1] // check the bounds of what the assembly accesses
		convertQuadsAVX2(&upper[0], &lower[0], &luma[0], &next[0], &cb[0], &cr[0], n)
	}
	convertQuadsGo(upper[4*n:], lower[4*n:], luma[n:], next[n:], cb[n/2:], cr[n/2:])
}
