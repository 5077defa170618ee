package jpeg

import "math"

// codedBlock holds the quantized coefficients of a block. The coefficient of horizontal frequency u and vertical
// frequency v is at index 8·u + v.
type codedBlock [64]int16

// quantizer is a quantization table for the forward transform, in the order of a codedBlock.
type quantizer struct {
	// factor is the reciprocal of the quantization step, multiplied by the scale of the transform's output.
	factor [64]float32

	// dead is the dead zone: a coefficient of less than dead steps becomes 0. Other coefficients are rounded to the
	// nearest integer. dead is 0 for DC.
	dead [64]float32

	// weak is the limit for isolated coefficients, in steps: see prune. It is 0 for DC.
	weak [64]float32

	steps [64]uint8 // in zigzag order, as in DQT
}

// outputScale[u] is the ratio of output u of transform8 to the coefficient of the DCT. The factor of 8 from the two
// passes together is not included (Y. Arai, T. Agui, M. Nakajima, "A fast DCT-SQ scheme for images", 1988).
var outputScale = makeOutputScale()

func makeOutputScale() (s [8]float64) {
	s[0] = 1
	for u := 1; u < 8; u++ {
		s[u] = math.Sqrt2 * math.Cos(float64(u)*math.Pi/16)
	}
	return s
}

// set computes the factors and dead zones from a table.
func (q *quantizer) set(t *quantTableFor) {
	q.steps = t.steps
	for k, z := range zigzag {
		u, v := int(z&7), int(z>>3)
		q.factor[8*u+v] = float32(1 / (8 * outputScale[u] * outputScale[v] * float64(t.steps[k])))
		q.dead[8*u+v] = t.dead[k]
		if k > 0 {
			q.weak[8*u+v] = t.dead[k] + weakBand
		}
	}
}

// levelShift is the sum of 64 samples of 128. It is subtracted from DC, which is the level shift of section A.3.1.
const levelShift = 64 * 128

// roundingBias is a number whose last mantissa bit has the value 1. Adding it to a number of up to 22 bits rounds
// that number to the nearest integer, ties to even, as VCVTPS2DQ does.
const roundingBias = 3 << 22

// forwardGo is the Go version of forward. Sums and products have the same order as in the assembly. Products are converted to float32, so
// that the compiler does not fuse them with sums.
func forwardGo(b *codedBlock, src []byte, stride int, q *quantizer) (nonzero, weak uint64) {
	var t [64]float32 // vertical frequencies, 8·v + x
	r0, r1, r2, r3 := src[:8], src[stride:][:8], src[2*stride:][:8], src[3*stride:][:8]
	r4, r5, r6, r7 := src[4*stride:][:8], src[5*stride:][:8], src[6*stride:][:8], src[7*stride:][:8]
	for x := range 8 {
		c := (*[57]float32)(t[x:])
		// Integers give the same result as floats here, because sums of bytes are exact in both.
		a0, a1, a2, a3 := int32(r0[x])+int32(r7[x]), int32(r1[x])+int32(r6[x]), int32(r2[x])+int32(r5[x]), int32(r3[x])+int32(r4[x])
		b0, b1, b2, b3 := int32(r0[x])-int32(r7[x]), int32(r1[x])-int32(r6[x]), int32(r2[x])-int32(r5[x]), int32(r3[x])-int32(r4[x])
		e0, e1, e2, e3 := a0+a3, a1+a2, a1-a2, a0-a3
		c[0], c[32] = float32(e0+e1), float32(e0-e1)
		f3 := float32(e3)
		m := float32(float32(e2+e3) * halfRoot)
		c[16], c[48] = f3+m, f3-m
		c[40], c[24], c[8], c[56] = odd8(float32(b3+b2), float32(b2+b1), float32(b1+b0), float32(b0))
	}
	for v := range 8 {
		r := (*[8]float32)(t[8*v:])
		a0, a1, a2, a3 := r[0]+r[7], r[1]+r[6], r[2]+r[5], r[3]+r[4]
		b0, b1, b2, b3 := r[0]-r[7], r[1]-r[6], r[2]-r[5], r[3]-r[4]
		e0, e1, e2, e3 := a0+a3, a1+a2, a1-a2, a0-a3
		m := float32((e2 + e3) * halfRoot)
		r[0], r[4] = e0+e1, e0-e1
		r[2], r[6] = e3+m, e3-m
		r[5], r[3], r[1], r[7] = odd8(b3+b2, b2+b1, b1+b0, b0)
	}
	t[0] -= levelShift
	return quantizeGo(b, &t, q)
}

// The factors of the odd and even halves of transform8.
const (
	halfRoot = 0.707106781 // cos 4π/16
	sine6    = 0.382683433 // cos 6π/16
	diff26   = 0.541196100 // cos 2π/16 - cos 6π/16
	sum26    = 1.306562965 // cos 2π/16 + cos 6π/16
)

// odd8 computes the outputs 5, 3, 1 and 7.
func odd8(s0, s1, s2, d0 float32) (o5, o3, o1, o7 float32) {
	z5 := float32((s0 - s2) * sine6)
	z2 := float32(s0*diff26) + z5
	z4 := float32(s2*sum26) + z5
	z3 := float32(s1 * halfRoot)
	up, down := d0+z3, d0-z3
	return down + z2, down - z2, up + z4, up - z4
}

// quantizeGo quantizes t, in which the coefficient of u and v is at index 8·v + u.
func quantizeGo(b *codedBlock, t *[64]float32, q *quantizer) (nonzero, weak uint64) {
	for u := range 8 {
		to, factor := (*[8]int16)(b[8*u:]), (*[8]float32)(q.factor[8*u:])
		dead, limit := (*[8]float32)(q.dead[8*u:]), (*[8]float32)(q.weak[8*u:])
		from := (*[57]float32)(t[u:])
		for v := range 8 {
			x := float32(from[8*v] * factor[v])
			n := int16(0)
			size := math.Float32bits(x) &^ (1 << 31) // bit patterns of absolute values have the same order as the values
			if size < math.Float32bits(limit[v]) {
				weak |= 1 << (8*u + v)
			}
			if size >= math.Float32bits(dead[v]) {
				n = int16(int32(math.Float32bits(x+roundingBias)) - roundingBiasBits)
				if n != 0 {
					nonzero |= 1 << (8*u + v)
				}
			}
			to[v] = n
		}
	}
	return nonzero, weak
}

const roundingBiasBits = 0x4B400000 // the bits of roundingBias as a float32
