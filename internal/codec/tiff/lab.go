package tiff

import (
	"encoding/binary"
	"math"
	"sync"
)

// lab converts CIE L*a*b* with white point D50 to sRGB.
type lab struct {
	icc     bool // a* and b* are unsigned with an offset; else they are signed
	sample  int  // bytes per sample
	samples int  // samples per pixel; the fourth is alpha
	tones   []uint16
}

func newLab(icc bool, sample, n int) *lab {
	return &lab{icc: icc, sample: sample, samples: n, tones: srgbTones()}
}

const toneSteps = 1 << 13

// srgbTones is the transfer function of sRGB (IEC 61966-2-1). Its index is linear light from 0 to 1 in toneSteps
// steps; its values have 16 bits.
var srgbTones = sync.OnceValue(func() []uint16 {
	t := make([]uint16, toneSteps+1)
	for i := range t {
		v := float64(i) / toneSteps
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = float64(1.055*math.Pow(v, 1/2.4)) - 0.055
		}
		t[i] = uint16(float64(v*65535) + 0.5)
	}
	return t
})

// d50ToSRGB converts X/Xn, Y/Yn and Z/Zn with white point D50 to linear sRGB, with Bradford adaptation to D65.
var d50ToSRGB = [3][3]float64{
	{3.1338561 * 0.96422, -1.6168667, -0.4906146 * 0.82521},
	{-0.9787684 * 0.96422, 1.9161415, 0.0334540 * 0.82521},
	{0.0719453 * 0.96422, -0.2289914, 1.4052427 * 0.82521},
}

func (c *lab) convert(dst, src []byte) {
	n := c.samples * c.sample
	var last, color []byte // the previous pixel, before and after the conversion
	for ; len(dst) >= n && len(src) >= n; dst, src = dst[n:], src[n:] {
		if string(src[:n]) == string(last) {
			copy(dst, color)
			continue
		}
		last, color = src[:n], dst[:n]
		l, a, b := c.values(src)
		fy := (l + 16) / 116
		x, y, z := cube(fy+a/500), cube(fy), cube(fy-b/200)
		for i, m := range d50ToSRGB {
			v := c.tones[int(float64(max(0, min(float64(m[0]*x)+float64(m[1]*y)+float64(m[2]*z), 1))*toneSteps)+0.5)]
			if c.sample == 1 {
				dst[i] = byte((uint32(v)*255 + 32767) / 65535)
			} else {
				binary.BigEndian.PutUint16(dst[2*i:], v)
			}
		}
		if c.samples == 4 {
			copy(dst[3*c.sample:n], src[3*c.sample:n])
		}
	}
}

// values returns L*, a* and b* of a pixel.
func (c *lab) values(p []byte) (l, a, b float64) {
	var v [3]float64 // on a scale of 16 bits
	for i := range v {
		w := uint16(p[i*c.sample]) << 8
		if c.sample == 2 {
			w |= uint16(p[2*i+1])
		}
		switch {
		case i == 0:
			v[i] = float64(w)
		case c.icc:
			v[i] = float64(int(w)-1<<15) / 256
		default:
			v[i] = float64(int16(w)) / 256
		}
	}
	white := 65535.0
	if c.sample == 1 || c.icc {
		white = 65280
	}
	return min(v[0]/white, 1) * 100, v[1], v[2]
}

// cube is the inverse of the function f in the definition of L*a*b*.
func cube(t float64) float64 {
	const delta = 6.0 / 29
	if t > delta {
		return t * t * t
	}
	return 3 * delta * delta * (t - 4.0/29)
}
