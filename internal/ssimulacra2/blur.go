package ssimulacra2

// kernel is one half of a Gaussian with σ = 1.5, approximated by a sum of three cosines, like the recursive
// filter of SSIMULACRA 2 (D. Charalampidis, "Recursive implementation of the Gaussian filter using
// truncated cosine functions", 2016, with N = 5).
var kernel = [5]float32{0.26462110548819856, 0.2129285920104222, 0.10933537277746029, 0.036011114658364374, 0.009414367809653733}

// blurrer blurs planes. Samples beyond the picture count as 0; the weights are not normalized at the
// border.
type blurrer struct{ padded, across []float32 }

const reach = len(kernel) - 1

func (b *blurrer) blur(p []float32, w, h int) []float32 {
	if len(b.across) != w*h {
		b.across = make([]float32, w*h)
		b.padded = make([]float32, w+2*reach)
	}
	for y := range h {
		copy(b.padded[reach:], p[y*w:][:w])
		in, out := b.padded, b.across[y*w:][:w]
		for x := range out {
			s := in[x:][: 2*reach+1 : 2*reach+1]
			out[x] = kernel[0]*s[4] + kernel[1]*(s[3]+s[5]) + kernel[2]*(s[2]+s[6]) + kernel[3]*(s[1]+s[7]) + kernel[4]*(s[0]+s[8])
		}
	}
	nothing := make([]float32, w)
	row := func(y int) []float32 {
		if y < 0 || y >= h {
			return nothing
		}
		return b.across[y*w:][:w]
	}
	result := make([]float32, w*h)
	for y := range h {
		out := result[y*w:][:w]
		r0, r1, r2, r3, r4, r5, r6, r7, r8 := row(y-4), row(y-3), row(y-2), row(y-1), row(y), row(y+1), row(y+2), row(y+3), row(y+4)
		for x := range out {
			out[x] = kernel[0]*r4[x] + kernel[1]*(r3[x]+r5[x]) + kernel[2]*(r2[x]+r6[x]) + kernel[3]*(r1[x]+r7[x]) + kernel[4]*(r0[x]+r8[x])
		}
	}
	return result
}
