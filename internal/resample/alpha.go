package resample

const (
	opaqueSample = 255 << sampleBits
	leastAlpha   = 1 << (sampleBits - 1) // the smallest alpha that rounds to 1
)

// isOpaque reports whether all samples of a plane of alpha are opaque.
func isOpaque(alpha []int16) bool {
	for len(alpha) >= 8 {
		if (alpha[0]^opaqueSample)|(alpha[1]^opaqueSample)|(alpha[2]^opaqueSample)|(alpha[3]^opaqueSample)|
			(alpha[4]^opaqueSample)|(alpha[5]^opaqueSample)|(alpha[6]^opaqueSample)|(alpha[7]^opaqueSample) != 0 {
			return false
		}
		alpha = alpha[8:]
	}
	for _, a := range alpha {
		if a != opaqueSample {
			return false
		}
	}
	return true
}

// straightRow stores a row of NRGBA pixels. line contains the planes of premultiplied red, green and blue, and of alpha, n samples apart.
// Colors are divided by alpha before they are clamped, because at an edge a flat color overshoots by the same factor as alpha.
func straightRow(dst []byte, line []int16, n int) {
	w := len(dst) / 4
	r, g, b, alpha := line[:w], line[n:][:w], line[2*n:][:w], line[3*n:][:w]
	for i, a := range alpha {
		p := dst[4*i:][:4]
		if a < leastAlpha {
			clear(p)
			continue
		}
		f := reciprocal(a)
		p[0], p[1], p[2], p[3] = f.times(r[i]), f.times(g[i]), f.times(b[i]), clamp((int32(a)+leastAlpha)>>sampleBits)
	}
}

// inverse is 255/alpha with 24 fraction bits.
type inverse uint32

func reciprocal(alpha int16) inverse { return inverse(255 << 24 / uint32(alpha)) }

func (f inverse) times(v int16) byte { return clamp(int32((int64(v)*int64(f) + 1<<23) >> 24)) }
