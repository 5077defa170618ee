package resample

// Minimum ratios of the size of a picture, after boxes have been averaged, to the size of the result.
const (
	boxResidual   = 3
	exactResidual = 32

	// columnResidual is the ratio for the horizontal pass. It is large, because the vertical boxes have already reduced the rows of this pass.
	// So the pass uses single columns, unless it would have so many small weights that their rounding matters.
	columnResidual = 64

	maxBox = 256 // maximum number of rows of bytes whose sums fit in 16 bits
)

func (o Options) rowResidual() float64 {
	if o.Exact {
		return exactResidual
	}
	return boxResidual
}

// compensation returns the strength c of the filter -c, 1+2c, -c that sharpens the kernel. It compensates for the blur of the source. box
// is the number of source samples that each sample averages, and pre is the number of eighths at which the plane was decoded.
//
// The filter's gain is 1+4π²f²c near f = 0. A prefilter of variance v has the gain 1-2π²f²v, so c = v/2 compensates for it. A box of n
// samples has v = (1-1/n²)/12 in units of its own width, and variances add up. A decode at 1/8 is a box of 8. The optimal linear filter for
// pictures whose neighbors have a correlation of 0.9 to 0.99 would be better by less than 0.1 dB. A decode at 2/8 cuts off frequencies
// instead of blurring, so its value was fitted; see also acrossBlocks. From 3/8 on, the optimum is close to zero.
func compensation(box, pre int) float64 {
	n := float64(box)
	c := (1 - 1/(n*n)) / 24
	switch pre {
	case 1:
		c += (1 - 1./64) / 24 / (n * n)
	case 2:
		if box > 1 {
			c += 0.012 / (n * n)
		}
	}
	return c
}

// acrossBlocks returns how strongly the kernel sharpens the difference between neighboring samples of different blocks. It is for decodes at 2/8
// without boxes. The difference between two samples of the same block needs no change. The filters of three taps with the least error, for
// pictures whose neighbors have a correlation of 0.9 to 0.98, have 0.036 across blocks and 0 inside. This gains 0.4 dB over the best filter that
// treats all differences alike. At 3/8 and 4/8 the gain would be 0.1 dB.
func acrossBlocks(box, pre int) float64 {
	if box == 1 && pre == 2 {
		return 0.036
	}
	return 0
}

// sharpenPairs increases the difference between samples 2m+1 and 2m+2, which are on both sides of a block border. It changes the weights f
// of the samples from first on.
func sharpenPairs(f []float64, first int, across float64) {
	for i := (first + 1) & 1; i+1 < len(f) && across != 0; i += 2 {
		d := float64(across * (f[i] - f[i+1]))
		f[i] += d
		f[i+1] -= d
	}
}
