package imagetest

import (
	"image"
	"math"
)

// Lab returns CIELAB, relative to D50, of an sRGB color with channels of 0 to 1 (IEC 61966-2-1).
func Lab(r, g, b float64) [3]float64 {
	r, g, b = light(r), light(g), light(b)
	x := root((0.4360747*r + 0.3850649*g + 0.1430804*b) / 0.9642200)
	y := root(0.2225045*r + 0.7168786*g + 0.0606169*b)
	z := root((0.0139322*r + 0.0971045*g + 0.7141733*b) / 0.8252100)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func light(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// root is the function f in the definition of CIELAB (ISO/CIE 11664-4).
func root(t float64) float64 {
	if t > 216.0/24389 {
		return math.Cbrt(t)
	}
	return (24389.0/27*t + 16) / 116
}

// DeltaE2000 returns the color difference of ISO/CIE 11664-6, as described by Sharma, Wu and Dalal, The
// CIEDE2000 Color-Difference Formula, 2005.
func DeltaE2000(p, q [3]float64) float64 {
	const deg = math.Pi / 180
	pow7 := func(x float64) float64 { return math.Sqrt(math.Pow(x, 7) / (math.Pow(x, 7) + math.Pow(25, 7))) }
	g := 0.5 * (1 - pow7((math.Hypot(p[1], p[2])+math.Hypot(q[1], q[2]))/2))
	a1, a2 := (1+g)*p[1], (1+g)*q[1]
	c1, c2 := math.Hypot(a1, p[2]), math.Hypot(a2, q[2])
	hue := func(b, a float64) float64 { return math.Mod(math.Atan2(b, a)/deg+360, 360) }
	h1, h2 := hue(p[2], a1), hue(q[2], a2)
	dh, h := h2-h1, (h1+h2)/2
	switch {
	case c1*c2 == 0:
		dh, h = 0, h1+h2
	case dh > 180:
		dh -= 360
	case dh < -180:
		dh += 360
	}
	if c1*c2 != 0 && math.Abs(h1-h2) > 180 {
		h += math.Copysign(180, 360-(h1+h2))
	}
	dL, dC, dH := q[0]-p[0], c2-c1, 2*math.Sqrt(c1*c2)*math.Sin(dh/2*deg)
	l, c := (p[0]+q[0])/2-50, (c1+c2)/2
	t := 1 - 0.17*math.Cos((h-30)*deg) + 0.24*math.Cos(2*h*deg) + 0.32*math.Cos((3*h+6)*deg) - 0.20*math.Cos((4*h-63)*deg)
	sL, sC, sH := 1+0.015*l*l/math.Sqrt(20+l*l), 1+0.045*c, 1+0.015*c*t
	rT := -2 * pow7(c) * math.Sin(60*math.Exp(-((h-275)/25)*((h-275)/25))*deg)
	x, y, z := dL/sL, dC/sC, dH/sH
	return math.Sqrt(x*x + y*y + z*z + rT*y*z)
}

// Differences returns ΔE2000 of the pixels of two pictures of the same size, row by row.
func Differences(a, b image.Image) (out []float64) {
	r, s := a.Bounds(), b.Bounds().Min
	lab := func(m image.Image, x, y int) [3]float64 {
		c := rgba(m, x, y)
		return Lab(float64(c[0])/65535, float64(c[1])/65535, float64(c[2])/65535)
	}
	for y := range r.Dy() {
		for x := range r.Dx() {
			out = append(out, DeltaE2000(lab(a, r.Min.X+x, r.Min.Y+y), lab(b, s.X+x, s.Y+y)))
		}
	}
	return out
}
