package saliency

import (
	"image"
	"math"
)

// What the parts of the measure count for, and what it costs to cut through something, relatively to having it.
const (
	fineShare     = 0.2
	rareShare     = 1.5
	contrastShare = 1.5
	cutCost       = 2
)

// A Measure says how good a box is. Only Measures of boxes of one size in one picture can be compared.
type Measure struct {
	Smartcrop float64 // the score of smartcrop, of a picture whose weights add up to 1
	Whole     float64 // the sum that is to be the greatest: with rare colors and contrasts, which are not to be cut through
}

// Worse reports whether m is worse than n, in either respect.
func (m Measure) Worse(n Measure) bool {
	const rounding = 1e-9
	return m.Whole < n.Whole-rounding || m.Smartcrop < n.Smartcrop-rounding
}

// A Picture is one whose boxes are judged.
type Picture struct {
	bounds image.Rectangle
	view   view
}

// Look analyzes a picture. ok is false if there is nothing to choose by.
func Look(img image.RGBA64Image) (p *Picture, ok bool) {
	p = &Picture{bounds: img.Bounds(), view: see(img)}
	return p, !p.view.plain
}

// Measure judges a box, wherever it lies.
func (p *Picture) Measure(box image.Rectangle) Measure {
	return p.judge(box.Size()).measure(box)
}

// Choose returns the best box of that size. None is worse than the middle one, by smartcrop's measure nor by that of
// this package; of equal ones it is the one closest to the middle. ok is false if the box is empty or larger than the picture.
//
// smartcrop alone counts a pixel near to the edge of the box for much less than one outside. So it cuts a large subject in
// half rather than have it touch the edge; and it prefers a meadow, in which every pixel is a detail, to the
// mountains and the sky above it. Among the boxes that it likes as much as the middle one the others are
// chosen from by what they keep whole.
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

// places are where a box that has so much room is tried: where [Best] does, and at the far end.
func places(free int) (out []int) {
	for at := 0; at < free; at += step {
		out = append(out, at)
	}
	return append(out, free)
}
