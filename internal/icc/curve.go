package icc

import (
	"encoding/binary"
	"math"
)

// A curve maps 0…1 to 0…1: a curveType (10.6), a parametricCurveType (10.18), or a table of lut8
// and lut16. The zero curve is the identity.
type curve struct {
	samples []byte // big-endian, equidistant, at least two; nil: parametric
	width   int    // bytes of a sample: 1 or 2
	kind    int    // for a parametric curve: the function type plus 1
	p       [7]float64
}

// parseCurve parses the curve at the start of b, and returns its length in bytes.
func parseCurve(b []byte) (c curve, size int, err error) {
	if len(b) < 12 {
		return c, 0, broken("a curve of %d bytes", len(b))
	}
	switch kind := string(b[:4]); kind {
	case "curv":
		n := uint64(binary.BigEndian.Uint32(b[8:]))
		if 12+2*n > uint64(len(b)) {
			return c, 0, broken("a curve of %d samples", n)
		}
		size = 12 + 2*int(n)
		switch n {
		case 0:
		case 1:
			c.kind, c.p[0] = 1, float64(binary.BigEndian.Uint16(b[12:]))/256
		default:
			c.samples, c.width = b[12:size], 2
		}
		return c, size, nil
	case "para":
		kind := int(binary.BigEndian.Uint16(b[8:]))
		if kind > 4 {
			return c, 0, broken("parametric curve %d", kind)
		}
		n := [...]int{1, 3, 4, 5, 7}[kind]
		size = 12 + 4*n
		if len(b) < size {
			return c, 0, broken("a parametric curve of %d bytes", len(b))
		}
		c.kind = kind + 1
		for i := range n {
			c.p[i] = fixed(b[12+4*i:])
		}
		return c, size, nil
	default:
		return c, 0, broken("a curve of type %q", kind)
	}
}

// at evaluates the curve. Both x and the result are clipped to 0…1.
func (c *curve) at(x float64) float64 { return clip(c.beyond(clip(x))) }

// beyond evaluates a curve that lies between two other steps of a lookup table. Like littlecms, it does not clip a parametric curve between
// such steps: the formula also applies below 0 and above 1. The result is within ±beyondReason.
func (c *curve) beyond(x float64) float64 {
	if c.samples != nil {
		return c.sampled(clip(x))
	}
	power := func(x, g float64) float64 {
		if x <= 0 {
			return 0
		}
		return math.Pow(x, g)
	}
	g, a, b, cc, d, e, f := c.p[0], c.p[1], c.p[2], c.p[3], c.p[4], c.p[5], c.p[6]
	switch c.kind { // ISO 15076, table 70
	case 1:
		if g != 1 {
			x = power(x, g)
		}
	case 2: // if x is below -b/a, the base is negative and the result is 0
		x = power(float64(a*x)+b, g)
	case 3:
		x = power(float64(a*x)+b, g) + cc
	case 4:
		if x >= d {
			x = power(float64(a*x)+b, g)
		} else {
			x *= cc
		}
	case 5:
		if x >= d {
			x = power(float64(a*x)+b, g) + e
		} else {
			x = float64(cc*x) + f
		}
	}
	if x != x {
		return 0
	}
	return min(max(x, -beyondReason), beyondReason)
}

const beyondReason = 1000

func (c *curve) sampled(x float64) float64 {
	last := len(c.samples)/c.width - 1
	x = float64(x * float64(last))
	i := min(int(x), last-1)
	lo, hi := c.sample(i), c.sample(i+1)
	return lo + float64((hi-lo)*(x-float64(i)))
}

func (c *curve) sample(i int) float64 {
	if c.width == 1 {
		return float64(c.samples[i]) / 255
	}
	return float64(binary.BigEndian.Uint16(c.samples[2*i:])) / 65535
}

// isIdentity reports whether the curve is the identity at 16 bits per sample.
func (c *curve) isIdentity() bool {
	for i := range 257 {
		if x := float64(float64(i) / 256); math.Abs(c.at(x)-x) > 1.0/65535 {
			return false
		}
	}
	return true
}

// clip clips x to 0…1; NaN becomes 0.
func clip(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}
