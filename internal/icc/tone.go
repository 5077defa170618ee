package icc

import "math"

// A tone maps light that may be brighter than white into the range of a screen.
//
// 1 is reference white, 203 cd/m² (ITU-R BT.2408). The brightest channel m of a pixel becomes m·(1+m/p²)/(1+m), the curve of Reinhard et al.
// (Photographic Tone Reproduction for Digital Images, 2002, equation 4). The curve reaches 1 at the peak p, 1000 cd/m², and stays 1 above it.
// The other two channels are scaled by the same factor, so the hue stays the same. After the conversion to sRGB, a channel of a saturated color
// may still be above 1. Then all three channels are divided by the largest one.
type tone struct {
	gamma float64 // system gamma of HLG (ITU-R BT.2100, table 5), applied to luminance; 1 means none
}

const (
	referenceWhite = 203.0
	peak           = 1000.0
)

func (t *tone) row(planes *planes, toSRGB *linear) {
	const p = peak / referenceWhite
	rs, gs, bs := planes[0], planes[1], planes[2]
	for i, r := range rs {
		g, b := gs[i], bs[i]
		scale := float32(1)
		if t.gamma != 1 {
			y := float32(0.2627*r) + float32(0.6780*g) + float32(0.0593*b)
			scale = p * float32(math.Pow(float64(y), t.gamma-1))
		}
		if m := float32(max(r, g, b) * scale); m < p {
			scale *= (1 + m/(p*p)) / (1 + m)
		} else {
			scale /= m
		}
		scale /= toSRGB.brightest(r*scale, g*scale, b*scale)
		rs[i], gs[i], bs[i] = r*scale, g*scale, b*scale
	}
}

// A Transfer defines how samples of 0 to 1 encode light.
type Transfer struct {
	decode func(float64) float64 // the result is 0 to 1; PQ may exceed 1
	tone   *tone
}

// TransferFunc returns a transfer function. f maps a sample of 0 to 1 to light; 1 is white.
func TransferFunc(f func(float64) float64) Transfer { return Transfer{decode: f} }

// PQ is the perceptual quantizer of SMPTE ST 2084 and ITU-R BT.2100, table 4.
func PQ() Transfer {
	const m1, m2 = 2610.0 / 16384, 2523.0 / 4096 * 128
	const c1, c2, c3 = 3424.0 / 4096, 2413.0 / 4096 * 32, 2392.0 / 4096 * 32
	return Transfer{tone: &tone{gamma: 1}, decode: func(x float64) float64 {
		e := math.Pow(x, 1/m2)
		return 10000 / referenceWhite * math.Pow(max(e-c1, 0)/(c2-float64(c3*e)), 1/m1)
	}}
}

// HLG is hybrid log-gamma of ITU-R BT.2100, table 5, for a display of 1000 cd/m².
func HLG() Transfer {
	const a, b, c = 0.17883277, 0.28466892, 0.55991073
	return Transfer{tone: &tone{gamma: 1.2}, decode: func(x float64) float64 {
		if x <= 0.5 {
			return x * x / 3
		}
		return (math.Exp((x-c)/a) + b) / 12
	}}
}

// New returns the Transform of a color space that primaries and a transfer function define, instead of a profile. It applies to RGB pixels
// and to gray ones. If narrow is true, samples range from 16/255 to 235/255.
func New(p Primaries, f Transfer, narrow bool) (*Transform, error) {
	toXYZ, ok := p.toXYZ()
	m := fromXYZ().mul(toXYZ)
	for _, row := range m {
		for _, v := range row {
			ok = ok && math.Abs(v) < 100 // false for NaN
		}
	}
	if !ok {
		return nil, broken("primaries %v", p)
	}
	t := &Transform{space: RGB, matrix: newLinear(m), tone: f.tone}
	t.setCurve(0, func(x float64) float64 {
		if narrow {
			x = clip((float64(x*255) - 16) / 219)
		}
		if x = f.decode(x); !(x > 0) {
			return 0
		}
		return min(x, 10000/referenceWhite)
	})
	t.finish()
	return t, nil
}
