package saliency

import (
	"image/color"
	"math"
)

// These are the weights of the three kinds of detail, and the offsets of the edge strength by which colors are
// weighted.
const (
	detailWeight     = 0.2
	skinWeight       = 1.8
	skinBias         = 0.01
	saturationWeight = 0.3
	saturationBias   = 0.2
)

// The thresholds of skin and saturation, and the lightness at which they apply.
const (
	skinThreshold       = 0.8
	skinDarkest         = 0.2
	skinLightest        = 1
	saturationThreshold = 0.4
	saturationDarkest   = 0.05
	saturationLightest  = 0.9
)

// look computes the weights of the pixels at multiples of step that are at least step pixels from the end.
func look(img sight) samples {
	b := img.Bounds()
	s := samples{columns: img.size.X / step, rows: img.size.Y / step}
	s.weights = make([]float64, s.columns*s.rows)
	var rows [5][]color.RGBA64 // the examined pixels, and their neighbors above, left, right and below
	for k := range rows {
		rows[k] = make([]color.RGBA64, s.columns)
	}
	for j := range s.rows {
		y, edges := b.Min.Y+j*img.pitch, j > 0 && s.columns > 1
		img.readRow(rows[0], b.Min.X, y)
		if edges {
			x := b.Min.X + img.pitch
			img.readRow(rows[1][1:], x, y-1)
			img.readRow(rows[2][1:], x-1, y)
			img.readRow(rows[3][1:], x+1, y)
			img.readRow(rows[4][1:], x, y+1)
		}
		for i, p := range rows[0] {
			c, edge := levels(p), 0.0
			light := c.lightness()
			if i > 0 && edges {
				// The order of the subtractions must not change. For gray pixels, the sum is often exactly a whole level, and rounding
				// decides between two levels.
				edge = float64(4*light) - levels(rows[1][i]).lightness() - levels(rows[2][i]).lightness() - levels(rows[3][i]).lightness() - levels(rows[4][i]).lightness()
			}
			s.weights[j*s.columns+i] = weight(c, light/255, level(edge))
		}
	}
	return s
}

func levels(c color.RGBA64) rgb { return rgb{float64(c.R >> 8), float64(c.G >> 8), float64(c.B >> 8)} }

// weight returns the weight of a pixel with a lightness. edge is the Laplacian at the pixel.
func weight(c rgb, light, edge float64) float64 {
	w := float64(detailWeight * edge)
	// skin returns less than skinThreshold for all colors with no more red than blue.
	if light >= skinDarkest && light <= skinLightest && c.r > c.b {
		w += float64(skinWeight * above(skinThreshold, c.skin()) * (edge + skinBias))
	}
	if light >= saturationDarkest && light <= saturationLightest {
		w += float64(saturationWeight * above(saturationThreshold, c.saturation()) * (edge + saturationBias))
	}
	return w
}

// above maps the range threshold…1 to the range 0…1.
func above(threshold, v float64) float64 { return level((v - threshold) * (255 / (1 - threshold))) }

// level rounds a value of 0 to 255 down to a whole level, and scales the result to 0 to 1.
func level(v float64) float64 { return math.Floor(min(max(v, 0), 255)) / 255 }

// rgb is a color, alpha-premultiplied, whose levels are 0 to 255.
type rgb struct{ r, g, b float64 }

func (c rgb) lightness() float64 {
	return float64(0.5126*c.b) + float64(0.7152*c.g) + float64(0.0722*c.r)
}

// skin returns 1 minus the distance of the color's direction from that of skin. For black, which has no
// direction, it returns 0.
func (c rgb) skin() float64 {
	length := math.Sqrt(float64(c.r*c.r) + float64(c.g*c.g) + float64(c.b*c.b))
	if length == 0 {
		return 0
	}
	r, g, b := c.r/length-0.78, c.g/length-0.57, c.b/length-0.44
	return 1 - math.Sqrt(float64(r*r)+float64(g*g)+float64(b*b))
}

// saturation returns the saturation of the HSL model.
func (c rgb) saturation() float64 {
	most, least := max(c.r, c.g, c.b)/255, min(c.r, c.g, c.b)/255
	switch sum := most + least; {
	case most == least:
		return 0
	case sum > 1:
		return (most - least) / (2 - most - least)
	default:
		return (most - least) / sum
	}
}
