package icc

import "math"

// A Transform converts pixels of one color space to sRGB. It is immutable, so goroutines may share it. The nil Transform
// is for pixels that are sRGB already.
type Transform struct {
	space    Space
	identity bool // the pixels are sRGB already

	in     [4][256]float32 // each channel's curve: linear light or, with a lut, the position on its grid
	matrix linear          // from linear light to linear sRGB; with a lut, from CIE XYZ relative to D50
	lut    *lut            // nil if the profile has only curves and a matrix
	tone   *tone           // nil: no light is brighter than white

	opaque byte // combined with the fourth byte by OR: 255 if the fourth byte is an ink
}

// finish computes the derived fields.
func (t *Transform) finish() {
	t.identity = t.changesNothing()
	if t.space == CMYK {
		t.opaque = 255
	}
}

// Space returns the color space of the pixels that the Transform converts.
func (t *Transform) Space() Space { return t.space }

// Identity reports whether the conversion would change no sample by more than 1 of 255 levels.
func (t *Transform) Identity() bool { return t == nil || t.identity }

// Far reports whether the transfer function is so different from that of sRGB that the order of conversion and scaling makes a
// visible difference. Linear light is an example. The criterion is whether the conversion changes medium gray by more than 20
// of 255 levels. Gammas of 1.8 to 2.7 are not far.
func (t *Transform) Far() bool {
	if t == nil || t.space == CMYK {
		return false
	}
	const gray, far = 128, 20
	pixel := []byte{gray, gray, gray, 255}
	r := run{Transform: t}
	r.row(pixel, pixel)
	return max(pixel[1], gray)-min(pixel[1], gray) > far
}

// size returns the approximate memory of the Transform in bytes.
func (t *Transform) size() int {
	n := 6 << 10
	if t.lut != nil {
		n += 6 * 4 * len(post{})
		if t.lut.grid != nil {
			n += 4 * len(t.lut.grid.node)
		}
	}
	return n
}

// setCurve sets the curve of a channel and of all later channels.
func (t *Transform) setCurve(channel int, f func(float64) float64) {
	var in [256]float32
	for i := range in {
		in[i] = float32(f(float64(i) / 255))
	}
	for c := channel; c < len(t.in); c++ {
		t.in[c] = in
	}
}

// setGray reads the curve of a gray profile (8.3.4), which gives the luminance or the lightness.
func (t *Transform) setGray(p *profile) error {
	b, ok := p.tag("kTRC")
	if !ok {
		return broken("no curve")
	}
	c, _, err := parseCurve(b)
	if err != nil {
		return err
	}
	decode := c.at
	if p.lab {
		decode = func(x float64) float64 { return fromLab((float64(c.at(x)*100) + 16) / 116) }
	}
	t.setCurve(0, decode)
	t.matrix = newLinear(matrix{{1}, {0, 1}, {0, 0, 1}})
	return nil
}

// setMatrix reads a profile for RGB with curves and a matrix (8.3.3, F.3).
func (t *Transform) setMatrix(p *profile) error {
	if p.lab {
		return broken("a matrix to CIELAB")
	}
	var toXYZ matrix
	for i, color := range []string{"r", "g", "b"} {
		column, ok := p.tag(color + "XYZ")
		if !ok || len(column) < 20 || string(column[:4]) != "XYZ " {
			return broken("no %sXYZ", color)
		}
		for j := range 3 {
			v := fixed(column[8+4*j:])
			if math.Abs(v) > 4 {
				return broken("%sXYZ is out of range", color)
			}
			toXYZ[j][i] = v
		}
		b, ok := p.tag(color + "TRC")
		if !ok {
			return broken("no %sTRC", color)
		}
		c, _, err := parseCurve(b)
		if err != nil {
			return err
		}
		t.setCurve(i, c.at)
	}
	t.matrix = newLinear(fromXYZ().mul(toXYZ))
	return nil
}

// changesNothing reports whether the conversion changes no sample by more than 1. It tries all grays, the lines from black to the primaries
// and secondaries, and a coarse grid of other colors.
func (t *Transform) changesNothing() bool {
	if t.space == CMYK {
		return false
	}
	var line []byte
	for i := range 256 {
		v := byte(i)
		line = append(line, v, v, v, 255)
		if t.space == RGB {
			line = append(line, v, 0, 0, 255, 0, v, 0, 255, 0, 0, v, 255, v, v, 0, 255, v, 0, v, 255, 0, v, v, 255)
			line = append(line, v&7*36, v>>3&7*36, v>>5*36, 255, ^v, v, 128, 255, 128, ^v, v, 255, v, 128, ^v, 255)
		}
	}
	out := make([]byte, len(line))
	r := run{Transform: t}
	r.row(out, line)
	for i := 0; i < len(line); i += 4 {
		for c := range 3 {
			if d := int(line[i+c]) - int(out[i+c]); d < -1 || d > 1 {
				return false
			}
		}
	}
	return true
}

// fromLab is the inverse of the function f in the definition of CIELAB (ISO/CIE 11664-4).
func fromLab(f float64) float64 {
	if f > 6.0/29 {
		return f * f * f
	}
	return 3 * 6 * 6 / 29.0 / 29 * (f - 4.0/29)
}
