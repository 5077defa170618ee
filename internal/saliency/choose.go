package saliency

import (
	"image"
	"math"
)

// The shares are the weights of the three maps in the measure. cutCost is the cost of cutting through a subject,
// relative to the gain of containing it.
const (
	fineShare     = 0.2
	rareShare     = 1.5
	contrastShare = 1.5
	cutCost       = 2
)

// A Measure rates a box. Only Measures of boxes of the same size in the same picture can be compared.
type Measure struct {
	Smartcrop float64 // the score of smartcrop, with weights that sum to 1
	Whole     float64 // the score to maximize, which includes rare colors, contrasts, and the costs of cutting through them
}

// Worse reports whether m is worse than n by at least one of the two scores.
func (m Measure) Worse(n Measure) bool {
	const rounding = 1e-9
	return m.Whole < n.Whole-rounding || m.Smartcrop < n.Smartcrop-rounding
}

// A Picture is an analyzed picture whose boxes can be measured.
type Picture struct {
	bounds image.Rectangle
	view   view
}

// Look analyzes a picture. ok is false if it has no feature to choose a box by.
func Look(img image.RGBA64Image) (p *Picture, ok bool) {
	p = &Picture{bounds: img.Bounds(), view: see(whole(img))}
	return p, !p.view.plain
}

// Measure rates a box at any position.
func (p *Picture) Measure(box image.Rectangle) Measure {
	return p.judge(box.Size()).measure(box)
}

// Choose returns the best box of a size. By both scores, the box is at least as good as the middle box. If
// several boxes are equally good, Choose returns the one closest to the middle. ok is false if the box is empty
// or larger than the picture.
//
// smartcrop by itself gives pixels near the edge of the box a much lower weight than pixels outside the box. So
// smartcrop cuts a large subject in half before it lets the subject touch the edge. It also prefers a meadow, in
// which every pixel is a detail, to the mountains and the sky above the meadow. Among the boxes with at least the
// smartcrop score of the middle box, Choose returns the box that keeps the most subjects whole.
func (p *Picture) Choose(size image.Point) (best image.Rectangle, ok bool) {
	free := p.bounds.Size().Sub(size)
	if size.X < 1 || size.Y < 1 || free.X < 0 || free.Y < 0 {
		return image.Rectangle{}, false
	}
	at := func(x, y int) image.Rectangle {
		min := p.bounds.Min.Add(image.Pt(x, y))
		return image.Rectangle{Min: min, Max: min.Add(size)}
	}
	best = at(free.X/2, free.Y/2)
	j := p.judge(size)
	middle := j.measure(best)
	most, nearest := middle.Whole, 0.0
	for _, y := range places(free.Y) {
		for _, x := range places(free.X) {
			m := j.measure(at(x, y))
			distance := math.Hypot(float64(2*x-free.X), float64(2*y-free.Y))
			if m.Worse(middle) || m.Whole < most-tie || m.Whole < most+tie && distance >= nearest {
				continue
			}
			best, most, nearest = at(x, y), m.Whole, distance
		}
	}
	return best, true
}

// places returns the positions at which a box is tried along an axis with the given free space: the
// multiples of step, as in [Best], and the end.
func places(free int) (out []int) {
	for at := 0; at < free; at += step {
		out = append(out, at)
	}
	return append(out, free)
}
