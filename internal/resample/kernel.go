package resample

import (
	"context"
	"math"
	"sync"
)

const (
	weightBits = 14 // fraction bits of a weight; a weight lies in (-2, 2)
	sampleBits = 6  // fraction bits of a sample between the passes; 255 becomes 16320, which leaves room for overshoot
	one        = 1 << weightBits
)

// support returns how far the kernel reaches from its center, in pixels of the coarser of the two grids.
func (k Kernel) support() float64 {
	if k == CatmullRom {
		return 2
	}
	return 3
}

// at returns the kernel's value at x.
func (k Kernel) at(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x >= k.support():
		return 0
	case x < 1e-9:
		return 1
	case k == CatmullRom && x < 1:
		return float64((float64(1.5*x)-2.5)*x*x) + 1
	case k == CatmullRom:
		return float64((float64((float64(-0.5*x)+2.5)*x)-4)*x) + 2
	}
	return math.Sin(math.Pi*x) / (math.Pi * x) * math.Sin(math.Pi*x/3) / (math.Pi * x / 3)
}

// tableSteps is the number of table entries per pixel. Linear interpolation between entries has an error of at
// most 2e-6, a thirtieth of the last bit of a weight.
const tableSteps = 512

var tables = [...]func() []float32{Lanczos3: sync.OnceValue(Lanczos3.table), CatmullRom: sync.OnceValue(CatmullRom.table)}

func (k Kernel) table() []float32 {
	t := make([]float32, int(k.support())*tableSteps+2)
	for i := range t {
		t[i] = float32(k.at(float64(i) / tableSteps))
	}
	return t
}

// axis holds the weights of one direction. Sample i of the result is a weighted sum of cells of the source. taps is the number of
// these cells, which begin with start[i], and their weights are w[i*stride:]. A cell is the average of a box of samples. box is the
// number of samples of a box, and the first box begins at origin.
type axis struct {
	origin, box, cells int // the boxes: where the first one begins, how many samples each has, and how many there are (the last one may be cut off)
	n                  int // samples of the result; start is padded to a multiple of outAlign
	taps, stride       int // stride ≥ taps; in each group of stride weights, those from index taps on are 0
	pre                int // eighths at which the source was decoded
	start              []int32
	w                  []int16
	mirrored           []bool // for each sample, whether its weights are the same in reverse order
}

// span returns the range of samples of the source (not boxes) that influence the result.
func (a *axis) span(size int) (from, to int) {
	return a.origin + int(a.start[0])*a.box, min(size, a.origin+(int(a.start[a.n-1])+a.taps)*a.box)
}

// grid describes the position of the samples of the result on those of the source.
type grid struct {
	size int     // samples of the source
	x0   float64 // where the first sample of the result begins, in samples of the source
	step float64 // samples of the source per sample of the result
	n    int     // samples of the result
	only []int   // the numbers of the n samples, in ascending order; nil means 0 to n-1
}

// some limits a grid to the samples with the given numbers. nil means all samples.
func (g grid) some(only []int) grid {
	if only != nil {
		g.n, g.only = len(only), only
	}
	return g
}

// center returns the position of the center of sample i of the result on the source.
func (g grid) center(i int) float64 {
	if g.only != nil {
		i = g.only[i]
	}
	return g.x0 + float64((float64(i)+0.5)*g.step)
}

// shape computes the number of weights, but not the weights. residual is the minimum ratio by which the kernel still
// scales after boxes have been averaged. pre is the number of eighths at which the source was decoded.
func (a *axis) shape(k Kernel, g grid, residual float64, pre int) {
	a.box = int(min(max(1, g.step/residual), maxBox))
	a.pre = pre
	reach := a.reach(k, g)
	a.origin = 0
	if a.box > 1 { // otherwise the samples of the source are used directly, and there is nothing to align
		a.origin = int(min(max(0, g.x0-float64(reach*float64(a.box))), float64(g.size-1)))
	}
	a.cells = (g.size - a.origin + a.box - 1) / a.box
	a.taps = int(min(math.Ceil(2*reach), float64(a.cells)))
	a.stride = align(a.taps, tapAlign)
	a.n = g.n
}

// reach returns how far the kernel reaches from its center, in boxes.
func (a *axis) reach(k Kernel, g grid) float64 {
	reach := float64(k.support() * a.scale(g))
	if compensation(a.box, a.pre) != 0 || acrossBlocks(a.box, a.pre) != 0 {
		reach++
	}
	return reach
}

// scale returns the number of boxes per sample of the result, or 1 if the picture is enlarged.
func (a *axis) scale(g grid) float64 { return max(1, g.step/float64(a.box)) }

// bytes returns the memory that set takes.
func (a *axis) bytes() int64 {
	n := int64(align(a.n, outAlign))
	return 5*n + 2*n*int64(a.stride) + 8*int64(a.taps)
}

// set computes the weights and reuses the memory of a. shape must have been called with the same grid.
func (a *axis) set(ctx context.Context, k Kernel, g grid) error {
	scale, reach := a.scale(g), a.reach(k, g)
	sharp, across := compensation(a.box, a.pre), acrossBlocks(a.box, a.pre)
	a.start = grow(a.start, align(g.n, outAlign))
	a.w = grow(a.w, len(a.start)*a.stride)
	a.mirrored = grow(a.mirrored, len(a.start))
	clear(a.w)

	f := make([]float64, a.taps)
	enlarges, edge := g.step < 1, 0.0
	if enlarges {
		edge = 0.5 // the center of the outermost sample; beyond this center the result equals the sample, so the kernel can't overshoot
	}
	watch := watch{ctx: ctx}
	for i := range g.n {
		if err := watch.spend(8 * a.taps); err != nil {
			return err
		}
		center := (g.center(i) - float64(a.origin)) / float64(a.box)
		center = min(max(center, edge), float64(a.cells)-edge) // beyond the edge, the samples at the edge are repeated
		first, end := math.Floor(center-reach+0.5), math.Floor(center+reach+0.5)
		lo := int(max(0, first))
		hi := min(int(min(end, float64(a.cells))), lo+a.taps)
		start := min(lo, a.cells-a.taps)
		a.start[i] = int32(start)
		k.fill(f[:hi-lo], (float64(lo)+0.5-center)/scale, 1/scale, sharp)
		if enlarges {
			k.replicate(f[:hi-lo], (float64(lo)+0.5-center)/scale, 1/scale, lo-int(first), int(end)-hi)
		}
		sharpenPairs(f[:hi-lo], lo, across)
		quantize(a.w[i*a.stride+lo-start:][:hi-lo], f[:hi-lo])
		a.mirrored[i] = isMirrored(a.w[i*a.stride:][:a.taps])
	}
	for i := g.n; i < len(a.start); i++ {
		a.start[i], a.mirrored[i] = a.start[g.n-1], true // padding; its weights are 0
	}
	return nil
}

// fill computes the kernel's values at x, x+dx, ... and sharpens them by the three-tap filter -sharp, 1+2·sharp, -sharp.
func (k Kernel) fill(f []float64, x, dx, sharp float64) {
	t := tables[k]()
	reach := k.support()
	at := func(x float64) float64 {
		x = math.Abs(x)
		if x >= reach {
			return 0
		}
		x = float64(x * tableSteps)
		i := int(x)
		return float64(t[i]) + float64(float64(t[i+1]-t[i])*(x-float64(i)))
	}
	if sharp == 0 {
		for i := range f {
			f[i] = at(x + float64(float64(i)*dx))
		}
		return
	}
	prev, here := at(x-dx), at(x)
	for i := range f {
		next := at(x + float64(float64(i+1)*dx))
		f[i] = float64((1+float64(2*sharp))*here) - float64(sharp*(prev+next))
		prev, here = here, next
	}
}

// replicate repeats the outermost samples of a picture that is enlarged. f holds the kernel's values at x, x+dx, and so on. The kernel
// extends beyond the picture: before is the number of its positions in front of x, and after is the number behind the last one. replicate
// adds the kernel's values at these positions to the outermost weights. If these values were dropped instead, the result would extrapolate
// the slope at the border.
func (k Kernel) replicate(f []float64, x, dx float64, before, after int) {
	var beyond [1]float64
	add := func(to *float64, at float64) {
		k.fill(beyond[:], at, dx, 0)
		*to += beyond[0]
	}
	last := len(f) - 1
	for i := 1; i <= before; i++ {
		add(&f[0], x-float64(float64(i)*dx))
	}
	for i := 1; i <= after; i++ {
		add(&f[last], x+float64(float64(last+i)*dx))
	}
}

// quantize converts f to weights whose sum is exactly one, so that flat pictures stay flat. The rounding error of
// a weight is carried over to the next weight, so errors do not add up.
func quantize(w []int16, f []float64) {
	var sum float64
	for _, v := range f {
		sum += v
	}
	scale, part, done := one/sum, 0.0, int32(0)
	for i, v := range f {
		part += float64(v * scale)
		q := int32(part+(2*one+0.5)) - 2*one // rounded; the converted value is positive
		w[i] = int16(q - done)
		done = q
	}
}
