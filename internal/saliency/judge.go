package saliency

import "image"

// A judge measures boxes of one size in one picture.
type judge struct {
	*Picture
	size   image.Point
	tables map[image.Point]table // by the offset of the first sample within the box
	square []float64             // squared distances of the columns from the center of the box
}

func (p *Picture) judge(size image.Point) *judge {
	return &judge{Picture: p, size: size, tables: map[image.Point]table{}, square: make([]float64, p.view.whole.columns)}
}

// measure rates a box at any position.
func (j *judge) measure(box image.Rectangle) Measure {
	box = box.Sub(j.bounds.Min)
	m := Measure{Smartcrop: j.score(box)}
	m.Whole = float64(fineShare*m.Smartcrop) + j.kept(box)
	return m
}

// score returns smartcrop's score of a box at any position.
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

// kept returns the sum of the weights within a box, in which weights near the center count more, minus the
// weights that the sides of the box cut through. A side at the border of the picture cuts through nothing.
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

// sumRow returns the sum of the weights, and the sum of the weights times their factors.
func sumRow(weights, factors []float64) (all, far float64) {
	var all1, far1 float64
	weights = weights[:len(factors)]
	for len(weights) >= 2 && len(factors) >= 2 {
		v, w := weights[0], weights[1]
		all, all1, far, far1 = all+v, all1+w, far+float64(v*factors[0]), far1+float64(w*factors[1])
		weights, factors = weights[2:], factors[2:]
	}
	for i, f := range factors {
		all, far = all+weights[i], far+float64(weights[i]*f)
	}
	return all + all1, far + far1
}

// off returns the distance of the center of a cell from the center of a side, in half sides.
func off(cell, from, side int) float64 {
	return min(max(float64((float64(float64(cell)*step)+step/2-float64(from))/float64(side)*2)-1, -1), 1)
}
