package saliency

import (
	"image"
	"math"
	"slices"
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
	for _, s := range []samples{p.view.fine, p.view.rare, p.view.contrast} {
		if len(s.weights) > 0 && slices.Min(s.weights) < slices.Max(s.weights) {
			return p, true
		}
	}
	return p, false
}

// Measure judges a box, wherever it lies.
func (p *Picture) Measure(box image.Rectangle) Measure {
	box = box.Sub(p.bounds.Min)
	free := p.bounds.Size().Sub(box.Size())
	m := Measure{Smartcrop: p.view.fine.scoreAt(box)}
	m.Whole = float64(fineShare*m.Smartcrop) + float64(rareShare*p.view.rare.kept(box, free)) + float64(contrastShare*p.view.contrast.kept(box, free))
	return m
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
	middle := p.Measure(best)
	most, nearest := middle.Whole, 0.0
	for _, y := range places(free.Y) {
		for _, x := range places(free.X) {
			m := p.Measure(at(x, y))
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
	for at := 0; at < free; at += Step {
		out = append(out, at)
	}
	return append(out, free)
}

// scoreAt is smartcrop's score of a box, wherever it lies.
func (s samples) scoreAt(box image.Rectangle) float64 {
	firstX, firstY := (box.Min.X+Step-1)/Step, (box.Min.Y+Step-1)/Step
	t := tableAt(box.Size(), firstX*Step-box.Min.X, firstY*Step-box.Min.Y)
	return s.score(firstX, firstY, t)
}

// kept is how much of the weights a box keeps, more of what is near its middle, less what its sides cut through. A
// side that has no room beyond it cuts nothing.
func (s samples) kept(box image.Rectangle, free image.Point) float64 {
	left, top := box.Min.X/Step, box.Min.Y/Step
	right, bottom := min((box.Max.X+Step-1)/Step, s.columns), min((box.Max.Y+Step-1)/Step, s.rows)
	sum := 0.0
	for y := top; y < bottom; y++ {
		v := off(y, box.Min.Y, box.Dy())
		for x := left; x < right; x++ {
			u := off(x, box.Min.X, box.Dx())
			sum += float64(s.weights[y*s.columns+x] * (1.3 - float64(0.6*(float64(u*u)+float64(v*v)))))
		}
	}
	cut := func(x0, x1, y0, y1 int) {
		for y := max(y0, 0); y < min(y1, s.rows); y++ {
			for x := max(x0, 0); x < min(x1, s.columns); x++ {
				sum -= cutCost / 2. * s.weights[y*s.columns+x]
			}
		}
	}
	if box.Min.X > 0 {
		cut(left-1, left+1, top, bottom)
	}
	if box.Min.X < free.X {
		cut(right-1, right+1, top, bottom)
	}
	if box.Min.Y > 0 {
		cut(left, right, top-1, top+1)
	}
	if box.Min.Y < free.Y {
		cut(left, right, bottom-1, bottom+1)
	}
	return sum
}

// off is how far a cell's middle is from that of a side, in halves of the side.
func off(cell, from, side int) float64 {
	return min(max(float64((float64(float64(cell)*Step)+Step/2-float64(from))/float64(side)*2)-1, -1), 1)
}
