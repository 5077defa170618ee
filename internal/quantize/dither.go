package quantize

import (
	"context"
	"image"
	"image/color"
	"math"
)

// These constants set the share of the quantization error that is diffused to neighboring pixels. The share is larger in
// smooth areas, where steps would be visible, than elsewhere, where noise would be visible. An error of less than minError
// levels is not diffused. These values have the highest SSIMULACRA 2 score for the size of a GIF, among all
// values that were tried.
const (
	roughShare  = 0.4
	smoothShare = 0.6
	smoothStep  = 4 // difference between neighboring pixels, in levels
	minError    = 2.5
)

// A Ditherer converts pictures of one size to palette indices, one picture after the other. Pixels that are more than half
// transparent get a separate index. If there are such pixels, the palette may have at most 255 colors.
type Ditherer struct {
	Palette     *Palette
	Transparent uint8
	Plain       bool   // no dithering
	Calm        bool   // a pixel whose alpha or color changes little keeps its index
	Calmer      bool   // like Calm, but also where the change is slightly visible
	Curve       *Curve // with Plain, if not nil: the scale in which a color is the nearest one, instead of Oklab
	Single      bool   // only one picture is drawn, so Draw does not store source

	source []uint8 // for each pixel, the color for which its index was chosen
	index  []uint8
}

// steady is the number of levels by which a pixel may differ from the previous frame and still keep its index.
const steady = 2

// Draw sets the indices of out. It diffuses the quantization error of each pixel to its neighbors (R. Floyd and
// L. Steinberg, 1976). A pixel that is nearly unchanged from the previous picture keeps its index, so that still areas do
// not flicker and need not be encoded again. Draw returns early if ctx ends.
func (d *Ditherer) Draw(ctx context.Context, out *image.Paletted, img *image.NRGBA) {
	w := img.Rect.Dx()
	again := d.index != nil
	if !again && !d.Single {
		d.source, d.index = make([]uint8, 4*w*img.Rect.Dy()), make([]uint8, w*img.Rect.Dy())
	}
	every := max(1<<18/max(w, 1), 1)
	now, below := make([][3]float32, w+2), make([][3]float32, w+2) // x is at x+1
	above := img.Pix[:4*w]
	for y := range img.Rect.Dy() {
		if y%every == 0 && ctx.Err() != nil {
			return
		}
		now, below = below, now
		clear(below)
		row, to := img.Pix[y*img.Stride:][:4*w], out.Pix[y*out.Stride:][:w]
		if d.Single {
			for x := range to {
				to[x] = d.Transparent
				if row[4*x+3] >= opaqueFrom {
					to[x] = d.draw(row[4*x:][:4], share(row, above, x), now, below, x+1)
				}
			}
			above = row
			continue
		}
		source, index := d.source[4*w*y:][:4*w], d.index[w*y:][:w]
		for x := range to {
			p := row[4*x:][:4]
			if !again || !near(p, source[4*x:][:4], steady) && !(d.Plain && d.Calm && d.holds(index[x], p, source[4*x:][:4])) {
				opaque := p[3] >= opaqueFrom
				if again && d.Calm {
					opaque = d.staysOpaque(p[3], source[4*x+3])
				}
				copy(source[4*x:], p)
				index[x] = d.Transparent
				if opaque {
					index[x] = d.draw(p, share(row, above, x), now, below, x+1)
				}
			}
			to[x] = index[x]
		}
		above = row
	}
}

// flicker is the maximum decrease of alpha that leaves an opaque pixel opaque if Calm is set. If Calmer is set, a pixel whose alpha
// has decreased by more than flicker and is below goneBelow becomes transparent. So the antialiased edge of a hole is cleared
// together with the hole.
const (
	flicker   = 24
	goneBelow = 204
)

// staysOpaque reports whether a pixel counts as opaque. before is the alpha for which its previous index was chosen.
func (d *Ditherer) staysOpaque(alpha, before uint8) bool {
	if before < opaqueFrom || before <= alpha {
		return alpha >= opaqueFrom
	}
	return before-alpha <= flicker || alpha >= opaqueFrom && (!d.Calmer || alpha >= goneBelow)
}

// near reports whether two pixels differ by no more than levels, or are both transparent.
func near(p, q []uint8, levels int) bool {
	if (p[3] < opaqueFrom) != (q[3] < opaqueFrom) {
		return false
	}
	for i := range 3 {
		if d := int(p[i]) - int(q[i]); d > levels || d < -levels {
			return p[3] < opaqueFrom
		}
	}
	return true
}

// Without dithering, a small change could move a pixel on an edge from one palette color to another. So a pixel keeps its color
// under two conditions. Its samples must have changed by at most holdLevels. The squared distance to its color may exceed the
// squared distance to the nearest color by at most 1/holdPart of the squared distance between these two colors.
const (
	holdLevels, holdPart = 16, 20

	holdLevelsCalmer, holdPartCalmer = 40, 2 // holdLevels and holdPart if Calmer is set
)

// holds reports whether pixel p keeps the index that was chosen for color q.
func (d *Ditherer) holds(index uint8, p, q []uint8) bool {
	levels, part := holdLevels, holdPart
	if d.Calmer {
		levels, part = holdLevelsCalmer, holdPartCalmer
	}
	if p[3] < opaqueFrom || index == d.Transparent || !near(p, q, levels) || q[3] > p[3] && q[3]-p[3] > flicker {
		return false
	}
	held, best := d.Palette.Colors[index], d.Palette.Colors[d.Palette.Index(p[0], p[1], p[2])]
	return part*(distance(held, p)-distance(best, p)) <= distance(held, []uint8{best.R, best.G, best.B})
}

// distance returns the squared distance of a color from a pixel, in levels.
func distance(c color.NRGBA, p []uint8) int {
	r, g, b := int(c.R)-int(p[0]), int(c.G)-int(p[1]), int(c.B)-int(p[2])
	return r*r + g*g + b*b
}

// share returns how much of the neighbors' quantization error is added to a pixel.
func share(row, above []uint8, x int) float32 {
	left := max(x-1, 0)
	for i := range 3 {
		p, l, u := int(row[4*x+i]), int(row[4*left+i]), int(above[4*x+i])
		if p-l > smoothStep || l-p > smoothStep || p-u > smoothStep || u-p > smoothStep {
			return roughShare
		}
	}
	return smoothShare
}

// A Curve maps samples to the scale in which they are compared.
type Curve [256]float64

// NewCurve returns the curve whose values are proportional to the power of the sample. With a power of 1 the color that covers more of a pixel is
// the nearest one. With a larger power, dark colors need less, so that dark lines on a light ground do not disappear.
func NewCurve(power float64) *Curve {
	c := new(Curve)
	for i := range c {
		c[i] = math.Pow(float64(i)/255, power)
	}
	return c
}

// nearest returns the index of the color that is nearest to a pixel. It is for palettes of few colors.
func (c *Curve) nearest(p *Palette, pixel []uint8) (index int) {
	best := math.Inf(1)
	for i, q := range p.Colors {
		r, g, b := c[q.R]-c[pixel[0]], c[q.G]-c[pixel[1]], c[q.B]-c[pixel[2]]
		if d := float64(r*r) + float64(g*g) + float64(b*b); d < best {
			best, index = d, i
		}
	}
	return index
}

// draw returns the index of a pixel, and diffuses its quantization error.
func (d *Ditherer) draw(p []uint8, share float32, now, below [][3]float32, x int) uint8 {
	if d.Plain {
		if d.Curve != nil {
			return uint8(d.Curve.nearest(d.Palette, p))
		}
		return uint8(d.Palette.Index(p[0], p[1], p[2]))
	}
	var want [3]float32
	var level [3]uint8
	for i := range want {
		want[i] = min(max(float32(p[i])+float32(now[x][i]*share), 0), 255)
		level[i] = uint8(want[i] + 0.5)
	}
	index := d.Palette.Index(level[0], level[1], level[2])
	c := d.Palette.Colors[index]
	e := [3]float32{want[0] - float32(c.R), want[1] - float32(c.G), want[2] - float32(c.B)}
	if max(e[0], -e[0], e[1], -e[1], e[2], -e[2]) < minError {
		return uint8(index)
	}
	for i := range e {
		l := float32(e[i] * (1.0 / 16))
		now[x+1][i] += float32(7 * l)
		below[x-1][i] += float32(3 * l)
		below[x][i] += float32(5 * l)
		below[x+1][i] += l
	}
	return uint8(index)
}

// DithererBytes returns the memory of a Ditherer for n pixels, including its Palette. If Single is set, n is 0.
func DithererBytes(n int64) int64 { return 5*n + paletteBytes }
