// Package specimen makes pictures that are difficult to process correctly: it converts ordinary pictures to another color space with its
// ICC profile, to another orientation, or to CMYK. Tests, examples and the README use them.
package specimen

import (
	"image"
	"image/color"
	"math"
)

// A Space is a color space of three primaries and one tone curve.
type Space struct {
	Name  string
	xy    [4][2]float64 // white, red, green, blue
	gamma float64       // exponent of the tone curve; 0 means the tone curve of sRGB
}

// Color spaces of cameras, screens and image editors.
var (
	SRGB      = Space{"sRGB", [4][2]float64{{0.3127, 0.329}, {0.64, 0.33}, {0.3, 0.6}, {0.15, 0.06}}, 0}
	DisplayP3 = Space{"Display P3", [4][2]float64{{0.3127, 0.329}, {0.68, 0.32}, {0.265, 0.69}, {0.15, 0.06}}, 0}
	AdobeRGB  = Space{"Adobe RGB (1998)", [4][2]float64{{0.3127, 0.329}, {0.64, 0.33}, {0.21, 0.71}, {0.15, 0.06}}, 563.0 / 256}
	ProPhoto  = Space{"ProPhoto RGB", [4][2]float64{{0.3457, 0.3585}, {0.7347, 0.2653}, {0.1596, 0.8404}, {0.0366, 0.0001}}, 1.8}
	Rec2020   = Space{"Rec. 2020", [4][2]float64{{0.3127, 0.329}, {0.708, 0.292}, {0.17, 0.797}, {0.131, 0.046}}, 2.4}
)

type matrix [3][3]float64

// toXYZ returns the matrix from linear RGB to XYZ, adapted to D50 as in ICC.1:2022, annex E.
func (s Space) toXYZ() matrix {
	xyz := func(xy [2]float64) [3]float64 { return [3]float64{xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]} }
	white := xyz(s.xy[0])
	var m matrix
	for i := range 3 {
		for j, v := range xyz(s.xy[i+1]) {
			m[j][i] = v
		}
	}
	share := m.inverse().times(white)
	for i := range m {
		for j := range m {
			m[i][j] *= share[j]
		}
	}
	bradford := matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}
	from, to := bradford.times(white), bradford.times([3]float64{0.9642, 1, 0.8249})
	adapt := matrix{{to[0] / from[0]}, {0, to[1] / from[1]}, {0, 0, to[2] / from[2]}}
	return bradford.inverse().after(adapt).after(bradford).after(m)
}

func (m matrix) times(v [3]float64) (out [3]float64) {
	for i := range m {
		out[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return out
}

// after returns the product m·n: first n, then m.
func (m matrix) after(n matrix) (out matrix) {
	for i := range m {
		for j := range m {
			out[i][j] = m[i][0]*n[0][j] + m[i][1]*n[1][j] + m[i][2]*n[2][j]
		}
	}
	return out
}

// inverse returns the adjugate divided by the determinant.
func (m matrix) inverse() (out matrix) {
	for i := range 3 {
		for j := range 3 {
			a, b, c, d := (j+1)%3, (j+2)%3, (i+1)%3, (i+2)%3
			out[i][j] = m[a][c]*m[b][d] - m[a][d]*m[b][c]
		}
	}
	det := m[0][0]*out[0][0] + m[0][1]*out[1][0] + m[0][2]*out[2][0]
	for i := range out {
		for j := range out {
			out[i][j] /= det
		}
	}
	return out
}

// linear returns the light of a value of 0 to 1.
func (s Space) linear(v float64) float64 {
	switch {
	case s.gamma != 0:
		return math.Pow(v, s.gamma)
	case v <= 0.04045:
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// encoded is the inverse of linear. Colors outside the space are clipped.
func (s Space) encoded(light float64) float64 {
	light = min(max(light, 0), 1)
	switch {
	case s.gamma != 0:
		return math.Pow(light, 1/s.gamma)
	case light <= 0.0031308:
		return light * 12.92
	}
	return 1.055*math.Pow(light, 1/2.4) - 0.055
}

// Of converts img from sRGB to the space. Alpha is dropped.
func (s Space) Of(img image.Image) *image.RGBA64 {
	var light [256]float64
	for i := range light {
		light[i] = SRGB.linear(float64(i) / 255)
	}
	m := s.toXYZ().inverse().after(SRGB.toXYZ())
	b := img.Bounds()
	out := image.NewRGBA64(image.Rectangle{Max: b.Size()})
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			v := m.times([3]float64{light[c.R], light[c.G], light[c.B]})
			level := func(i int) uint16 { return uint16(math.Round(65535 * s.encoded(v[i]))) }
			out.SetRGBA64(x, y, color.RGBA64{level(0), level(1), level(2), 0xffff})
		}
	}
	return out
}
