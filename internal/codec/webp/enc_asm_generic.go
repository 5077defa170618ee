//go:build !amd64 || noasm

package webp

func forward(src, pred *quad, out *group) { forwardGo(src, pred, out) }

func inverse(c *group, pred, src, out *quad, errors *[4]int32) {
	inverseGo(c, pred, src, out, errors)
}

func quantize(g *group, q *quantizer, c *coded) { quantizeGo(g, q, c) }

func hadamard(src, pred []quad, sums [][4]int32) {
	for i := range sums {
		sums[i] = hadamardGo(&src[i], &pred[i])
	}
}

func hadamardBlock(src *quad, block int, preds *[3]quad, sums *[3][4]int32) {
	hadamardBlockGo(src, block, preds, sums)
}

func predictAll(buf []byte, at, stride int, to *[3]quad) { predictAllGo(buf, at, stride, to) }

func convertQuads(upper, lower, luma, next, cb, cr []byte) {
	convertQuadsGo(upper, lower, luma, next, cb, cr)
}
