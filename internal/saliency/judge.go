package saliency

import "image"

// A judge measures boxes of one size in one picture.
type judge struct {
	*Picture
	size   image.Point
	tables map[image.Point]table // by what is left of the first samples
	square []float64             // of how far a column is from the middle of the box
}

func (p *Picture) judge(size image.Point) *judge {
	return &judge{Picture: p, size: size, tables: map[image.Point]table{}, square: make([]float64, p.view.whole.columns)}
}

// measure judges a box, wherever it lies.
func (j *judge) measure(box image.Rectangle) Measure {
	box = box.Sub(j.bounds.Min)
	m := Measure{Smartcrop: j.score(box)}
	m.Whole = float64(fineShare*m.Smartcrop) + j.kept(box)
	return m
}

// score is smartcrop's score of a box, wherever it lies.
func (j *judge) score(box image.Rectangle) float64 {
	first := image.Pt((box.Min.X+step-1)/step, (box.Min.Y+step-1)/step)
	offset := first.Mul(step).Sub(box.Min)
	t, ok := j.tables[offset]
	if !ok {
		t = tableAt(j.size, offset.X, offset.Y)
		j.tables[offset] = t
	}
	return j.view.fine.score(first.X, first.Y, t)
}

// kept is how much of the weights a box keeps, more of what is near its middle, less what its sides cut through. A
// side that has no room beyond it cuts nothing.
func (j *judge) kept(box image.Rectangle) float64 {
	s, free := j.view.whole, j.bounds.Size().Sub(j.size)
	left, top := box.Min.X/step, box.Min.Y/step
	right, bottom := min((box.Max.X+step-1)/step, s.columns), min((box.Max.Y+step-1)/step, s.rows)
	if right <= left {
		return 0
	}
	square := j.square[:right-left]
	for i := range square {
		u := off(left+i, box.Min.X, box.Dx())
		square[i] = float64(u * u)
	}
	sum := 0.0
	for y := top; y < bottom; y++ {
		all, far := sumRow(s.weights[y*s.columns+left:], square)
		v := off(y, box.Min.Y, box.Dy())
		sum += float64(1.3*all) - float64(0.6*(far+float64(float64(v*v)*all)))
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

// sumRow is the sum of the weights, and that of each times its factor.
func sumRow(weights, factors []float64) (all, far float64) {
	weights = weights[:len(factors)]
	for i, f := range factors {
		all += weights[i]
		far += float64(weights[i] * f)
	}
	return all, far
}

// off is how far a cell's middle is from that of a side, in halves of the side.
func off(cell, from, side int) float64 {
	return min(max(float64((float64(float64(cell)*step)+step/2-float64(from))/float64(side)*2)-1, -1), 1)
}
