package icc

import "math"

// A post is a curve after the grid, in steps from postLow to postHigh, with linear interpolation. Outside
// this range it is constant. Each entry has its value in the upper 16 bits and the difference to the next
// entry in the lower 16 bits, both signed, in units of 1/postUnits, so one load gets both. Values are
// offset by 1/2.
type post [postLast + 1]uint32

const (
	postLow, postHigh = -0.25, 1.25
	postSteps         = 4096 // number of steps from 0 to 1
	postLast          = (postHigh - postLow) * postSteps
	postUnits         = 1 << 15
)

func newPost(c *curve) *post {
	p := new(post)
	value := func(i int) int {
		v := math.Round((c.beyond(float64(float64(i)/postSteps)+postLow) - 0.5) * postUnits)
		return int(min(max(v, math.MinInt16), math.MaxInt16))
	}
	next := value(0)
	for i := range p {
		this := next
		next = value(i + 1)
		p[i] = uint32(this)<<16 | uint32(uint16(min(max(next-this, math.MinInt16), math.MaxInt16)))
	}
	return p
}

// posts are the curves of three channels. nil means the identity, without clipping.
type posts [3]*post

func newPosts(curves []curve) (out posts) {
	for i := range out {
		if curves == nil || curves[i].isIdentity() {
			continue
		}
		out[i] = newPost(&curves[i])
	}
	return out
}

func (c *posts) row(p *planes) {
	for i, post := range c {
		if post != nil {
			post.row(p[i])
		}
	}
}

func (p *post) row(values []float32) {
	for i, x := range values {
		x = (x - postLow) * postSteps
		if x < 0 {
			x = 0
		} else if x > postLast {
			x = postLast
		}
		n := int(x)
		v := p[n]
		values[i] = float32((float32(int32(v)>>16)+float32(float32(int16(v))*(x-float32(n))))*(1.0/postUnits)) + 0.5
	}
}

// An affine map is a 3×3 matrix, row by row, followed by three offsets.
type affine [12]float32

func (m *affine) of(x, y, z float32) (float32, float32, float32) {
	return float32(m[0]*x) + float32(m[1]*y) + float32(m[2]*z) + m[9], float32(m[3]*x) + float32(m[4]*y) + float32(m[5]*z) + m[10], float32(m[6]*x) + float32(m[7]*y) + float32(m[8]*z) + m[11]
}

func (m *affine) row(p *planes) {
	xs := p[0]
	ys, zs := p[1][:len(xs)], p[2][:len(xs)]
	for i := range xs {
		xs[i], ys[i], zs[i] = m.of(xs[i], ys[i], zs[i])
	}
}

// cube applies fromLab to values.
func cube(values []float32) {
	for i, f := range values {
		if f > 6.0/29 {
			values[i] = f * f * f
		} else {
			values[i] = 3 * 6 * 6 / 29.0 / 29 * (f - 4.0/29)
		}
	}
}
