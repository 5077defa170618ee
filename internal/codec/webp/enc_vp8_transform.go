package webp

// A quad holds the pixels of four 4×4 blocks side by side, in the layout of a group: pixel x, y of block b is at index
// 16y+4b+x. The luma of a macroblock is four quads from top to bottom. Cb and Cr are one quad each: the two upper
// blocks, then the two lower blocks.
type quad [64]byte

// The forward transform is M·X·Mᵀ/2. The rows of M are (1,1,1,1), (cos,sin,-sin,-cos), (1,-1,-1,1) and
// (sin,-cos,cos,-sin). Each row has the squared norm 4, like the rows of the inverse transform (RFC 6386, 14.4), which
// divides by 8.
const (
	fractionCos = 10045 // (√2·cos(π/8) - 1)·2¹⁵
	fullSin     = 17734 // √2·sin(π/8)·2¹⁵
)

// round15 multiplies two numbers, one of which has 15 fractional bits.
func round15(a, b int32) int32 { return (a*b + 1<<14) >> 15 }

// forwardGo transforms the difference between pixels and prediction.
func forwardGo(src, pred *quad, out *group) {
	for i := range 16 {
		x0 := (int32(src[i]) - int32(pred[i])) * 8
		x1 := (int32(src[16+i]) - int32(pred[16+i])) * 8
		x2 := (int32(src[32+i]) - int32(pred[32+i])) * 8
		x3 := (int32(src[48+i]) - int32(pred[48+i])) * 8
		y0, y1, y2, y3 := forward4(x0, x1, x2, x3)
		out[i], out[16+i], out[32+i], out[48+i] = int16(y0), int16(y1), int16(y2), int16(y3)
	}
	for i := 0; i < 64; i += 4 {
		y0, y1, y2, y3 := forward4(int32(out[i]), int32(out[i+1]), int32(out[i+2]), int32(out[i+3]))
		out[i], out[i+1], out[i+2], out[i+3] = int16((y0+8)>>4), int16((y1+8)>>4), int16((y2+8)>>4), int16((y3+8)>>4)
	}
}

func forward4(x0, x1, x2, x3 int32) (y0, y1, y2, y3 int32) {
	a0, a1, a2, a3 := x0+x3, x1+x2, x1-x2, x0-x3
	return a0 + a1, a3 + round15(a3, fractionCos) + round15(a2, fullSin),
		a0 - a1, round15(a3, fullSin) - a2 - round15(a2, fractionCos)
}

// inverseGo reconstructs the pixels from coefficients and prediction, and returns the squared errors of each block
// against src.
func inverseGo(c *group, pred, src, out *quad, errors *[4]int32) {
	*out = *pred
	g := *c
	for b := range 4 {
		addBlock(out[4*b:], 16, g[4*b:], 16)
	}
	*errors = squaredErrors(src, out)
}

// squaredErrors returns the sum of squared differences of each block.
func squaredErrors(a, b *quad) (sse [4]int32) {
	for y := 0; y < 64; y += 16 {
		p, q := (*[16]byte)(a[y:]), (*[16]byte)(b[y:])
		for i := range sse {
			d0, d1 := int32(p[4*i])-int32(q[4*i]), int32(p[4*i+1])-int32(q[4*i+1])
			d2, d3 := int32(p[4*i+2])-int32(q[4*i+2]), int32(p[4*i+3])-int32(q[4*i+3])
			sse[i] += d0*d0 + d1*d1 + d2*d2 + d3*d3
		}
	}
	return sse
}

// hadamardGo returns, for each block, the sum of the magnitudes of the Walsh-Hadamard transform of the difference. The
// sum estimates the cost of the block.
func hadamardGo(src, pred *quad) (sums [4]int32) {
	for b := range sums {
		sums[b] = hadamardBlockOf((*[52]byte)(src[4*b:]), (*[52]byte)(pred[4*b:]))
	}
	return sums
}

// hadamardBlockOf returns the sum of hadamardGo for the first block of src and pred. The last step uses |a+b| + |a-b| =
// 2·max(|a|,
// |b|).
func hadamardBlockOf(src, pred *[52]byte) (sum int32) {
	var t [16]int32
	for i := range 4 {
		x0, x1 := int32(src[i])-int32(pred[i]), int32(src[16+i])-int32(pred[16+i])
		x2, x3 := int32(src[32+i])-int32(pred[32+i]), int32(src[48+i])-int32(pred[48+i])
		a0, a1, a2, a3 := x0+x2, x1+x3, x0-x2, x1-x3
		t[i], t[4+i], t[8+i], t[12+i] = a0+a1, a0-a1, a2+a3, a2-a3
	}
	for i := 0; i < 16; i += 4 {
		x0, x1, x2, x3 := t[i], t[i+1], t[i+2], t[i+3]
		sum += max(abs(x0+x2), abs(x1+x3)) + max(abs(x0-x2), abs(x1-x3))
	}
	return 2 * sum
}

// hadamardBlockGo returns the sums for one block and all its predictions.
func hadamardBlockGo(src *quad, block int, preds *[3]quad, sums *[3][4]int32) {
	var four quad
	repeatBlock(&four, src, block)
	for i := range preds {
		sums[i] = hadamardGo(&four, &preds[i])
	}
}

// forwardWHT transforms the first coefficients of 16 blocks (RFC 6386, 14.3). inverseDC is the inverse.
func forwardWHT(in, out *[16]int16) {
	var t [16]int32
	for i := range 4 {
		t[i], t[4+i], t[8+i], t[12+i] = wht4(int32(in[i]), int32(in[4+i]), int32(in[8+i]), int32(in[12+i]))
	}
	for i := 0; i < 16; i += 4 {
		y0, y1, y2, y3 := wht4(t[i], t[i+1], t[i+2], t[i+3])
		out[i], out[i+1], out[i+2], out[i+3] = int16((y0+1)>>1), int16((y1+1)>>1), int16((y2+1)>>1), int16((y3+1)>>1)
	}
}

func wht4(x0, x1, x2, x3 int32) (y0, y1, y2, y3 int32) {
	a0, a1, a2, a3 := x0+x3, x1+x2, x1-x2, x0-x3
	return a0 + a1, a3 + a2, a0 - a1, a3 - a2
}

func inverseDC(in, out *[16]int16) {
	var t [16]int32
	for i := range 4 {
		t[i], t[4+i], t[8+i], t[12+i] = wht4(int32(in[i]), int32(in[4+i]), int32(in[8+i]), int32(in[12+i]))
	}
	for i := 0; i < 16; i += 4 {
		y0, y1, y2, y3 := wht4(t[i], t[i+1], t[i+2], t[i+3])
		out[i], out[i+1], out[i+2], out[i+3] = int16((y0+3)>>3), int16((y1+3)>>3), int16((y2+3)>>3), int16((y3+3)>>3)
	}
}
