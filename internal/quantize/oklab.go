// Package quantize chooses palettes for pictures, and converts pictures to these palettes. It measures color differences in
// Oklab (B. Ottosson, A perceptual color space for image processing, 2020), a perceptual color space.
package quantize

import (
	"image/color"
	"math"
)

// A point is a color. Its coordinates are L, a, and b of Oklab, each multiplied by alpha, and as the fourth one alpha times the constant
// opacity. So the colors of nearly transparent pixels hardly differ. The distance from black to white is 1.
type point [4]float32

// opacity is the weight of alpha. The weight of lightness is 1.
const opacity = 0.7

// linear maps sRGB values to linear light (IEC 61966-2-1).
var linear = func() (l [256]float64) {
	for i := range l {
		if v := float64(i) / 255; v <= 0.04045 {
			l[i] = v / 12.92
		} else {
			l[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return l
}()

// rootSteps is the number of steps from 0 to 1 in roots.
const rootSteps = 1 << 12

// roots are the cube roots of i/rootSteps.
var roots = func() (r [rootSteps + 2]float32) {
	for i := range r {
		r[i] = float32(math.Cbrt(float64(i) / rootSteps))
	}
	return r
}()

// root returns the cube root of a number from 0 to 1. Its relative error is less than 1e-5.
func root(v float64) float64 {
	if v < 1.0/64 {
		return math.Cbrt(v)
	}
	at := float64(v * rootSteps)
	i := int(at)
	return float64(roots[i]) + float64((at-float64(i))*float64(roots[i+1]-roots[i]))
}

// pointOf returns the point of a color.
func pointOf(c color.NRGBA) point {
	r, g, b, a := linear[c.R], linear[c.G], linear[c.B], float32(c.A)/255
	l := root(dot(0.4122214708, r, 0.5363325363, g, 0.0514459929, b))
	m := root(dot(0.2119034982, r, 0.6806995451, g, 0.1073969566, b))
	s := root(dot(0.0883024619, r, 0.2817188376, g, 0.6299787005, b))
	return point{
		a * float32(dot(0.2104542553, l, 0.7936177850, m, -0.0040720468, s)),
		a * float32(dot(1.9779984951, l, -2.4285922050, m, 0.4505937099, s)),
		a * float32(dot(0.0259040371, l, 0.7827717662, m, -0.8086757660, s)),
		a * opacity,
	}
}

// dot returns a·x + b·y + c·z. The conversions prevent fused multiply-add instructions, whose results differ between
// processors.
func dot(a, x, b, y, c, z float64) float64 { return float64(a*x) + float64(b*y) + float64(c*z) }

// color returns the color that is nearest to a point.
func (p point) color() color.NRGBA {
	a := float64(p[3]) / opacity
	if a <= 0.5/255 {
		return color.NRGBA{}
	}
	l, u, v := float64(p[0])/a, float64(p[1])/a, float64(p[2])/a
	cube := func(x float64) float64 { return x * x * x }
	x := cube(dot(1, l, 0.3963377774, u, 0.2158037573, v))
	y := cube(dot(1, l, -0.1055613458, u, -0.0638541728, v))
	z := cube(dot(1, l, -0.0894841775, u, -1.2914855480, v))
	return color.NRGBA{
		encode(dot(4.0767416621, x, -3.3077115913, y, 0.2309699292, z)),
		encode(dot(-1.2684380046, x, 2.6097574011, y, -0.3413193965, z)),
		encode(dot(-0.0041960863, x, -0.7034186147, y, 1.7076147010, z)),
		uint8(float64(min(a, 1)*255) + 0.5),
	}
}

// encode returns the sRGB value of linear light.
func encode(v float64) uint8 {
	switch {
	case v <= 0:
		return 0
	case v >= 1:
		return 255
	case v <= 0.0031308:
		return uint8(float64(v*12.92*255) + 0.5)
	}
	return uint8(float64((float64(1.055*math.Pow(v, 1/2.4))-0.055)*255) + 0.5)
}

// to returns the squared distance between two points.
func (p *point) to(q *point) float32 {
	a, b, c, d := p[0]-q[0], p[1]-q[1], p[2]-q[2], p[3]-q[3]
	return float32(a*a) + float32(b*b) + float32(c*c) + float32(d*d)
}
