package resample

// Ratios that are left to the kernel after the boxes, at least.
const (
	boxResidual   = 4
	exactResidual = 32
)

func (o Options) residual() float64 {
	if o.Exact {
		return exactResidual
	}
	return boxResidual
}

// compensation is how much the kernel is to be sharpened for a source whose samples are averages of box samples of a
// plane that was decoded at pre/8: the filter -c, 1+2c, -c has the gain 1+4π²f²c+…, a box of one sample made of n smaller ones
// 1-π²f²(1-1/n²)/6+…, so that c = (1-1/n²)/24 takes the curvature away.
func compensation(box, pre int) float64 {
	n := float64(box)
	if pre == 1 {
		n *= 8
	}
	return (1 - 1/(n*n)) / 24
}
