package saliency

import (
	"math"
	"slices"
)

// Cells are squares of step pixels. A view has maps of cells: smartcrop's weights, and two other maps. These
// detect subjects that smartcrop misses, because smartcrop samples only every eighth pixel and measures only
// the amount of texture.
type view struct {
	fine  samples // weights of smartcrop
	whole samples // the sum of the two maps rare and contrast, each times its weight
	plain bool    // each of the three maps is constant
}

const (
	noDetail   = 0.15 // weight of a cell without any detail
	fullDetail = 8    // deviation in lightness (0 to 100) that has the full weight
	farApart   = 60   // distance of colors beyond which a larger distance makes no difference
	surround   = 0.12 // standard deviation of the surroundings, divided by the shorter side of the picture
)

// see computes the saliency maps of a picture.
func see(img sight) view {
	c := cellsOf(img)
	fine, rare, contrast := look(img), c.rare(newBlur(c.columns, c.rows).by(1)), c.contrast()
	v := view{fine: fine, whole: rare, plain: fine.plain() && rare.plain() && contrast.plain()}
	for _, s := range []samples{fine, rare, contrast} {
		s.normalize()
	}
	for i := range v.whole.weights {
		v.whole.weights[i] = float64(rareShare*rare.weights[i]) + float64(contrastShare*contrast.weights[i])
	}
	return v
}

// rare returns the map of the detail in rare colors, such as the colors of a fruit in a bowl. rare blurs
// c.deviation.
func (c *cells) rare(narrow *blur) samples {
	out := samples{c.rarity(), c.columns, c.rows}
	narrow.of(out.weights, out.weights)
	narrow.of(c.deviation, c.deviation)
	for i, rarity := range out.weights {
		x := rarity * (noDetail + float64(min(c.deviation[i], fullDetail)/fullDetail))
		out.weights[i] = c.alpha[i] * (x * math.Sqrt(x)) // to the power of 1.5, to emphasize the strongest cells
	}
	return out
}

// contrast is the map of large areas that differ from their surroundings, such as a mountain against the
// sky. It reuses the memory of a mean.
func (c *cells) contrast() samples {
	out := samples{c.mean[0], c.columns, c.rows}
	around := c.surroundings()
	lines := [3][]float64{make([]float64, c.columns), make([]float64, c.columns), make([]float64, c.columns)}
	for y := range c.rows {
		at := y * c.columns
		for k, line := range lines {
			around[k].row(line, y)
		}
		for i, l := range lines[0] {
			light, x, y := c.mean[0][at+i]-l, c.mean[1][at+i]-lines[1][i], c.mean[2][at+i]-lines[2][i]
			square := float64(light*light) + float64(x*x) + float64(y*y)
			out.weights[at+i] = square * math.Sqrt(math.Sqrt(square)) // the distance to the power of 2.5
		}
	}
	return out
}

// plain reports whether all weights are equal.
func (s samples) plain() bool {
	return len(s.weights) == 0 || slices.Min(s.weights) == slices.Max(s.weights)
}

// normalize scales the weights so that they sum to 1.
func (s samples) normalize() {
	sum := 0.0
	for _, w := range s.weights {
		sum += w
	}
	if sum <= 0 {
		return
	}
	for i := range s.weights {
		s.weights[i] /= sum
	}
}

// cells has the means of the pixels of squares: lightness from 0 to 100, and two color differences on the
// same scale.
type cells struct {
	columns, rows int
	mean          [3][]float64
	deviation     []float64 // standard deviation of the lightness
	alpha         []float64 // 0 to 1
}

// cellsOf reads every second pixel of every second row.
func cellsOf(img sight) *cells {
	c := &cells{columns: img.size.X / step, rows: img.size.Y / step}
	n := c.columns * c.rows
	maps := make([]float64, 5*n)
	c.mean = [3][]float64{maps[:n:n], maps[n:][:n:n], maps[2*n:][:n:n]}
	c.deviation, c.alpha = maps[3*n:][:n:n], maps[4*n:]
	sums := make([]cellSum, c.columns)
	for j := range c.rows {
		clear(sums)
		for _, k := range img.means {
			img.addRow(sums, img.Bounds().Min.Y+j*img.pitch+k)
		}
		for i := range sums {
			c.set(j*c.columns+i, &sums[i])
		}
	}
	return c
}

func (c *cells) set(i int, s *cellSum) {
	const many, scale = (step / every) * (step / every), 100. / 65535
	light := float64(float64(299*int64(s.red)+587*int64(s.green)+114*int64(s.blue)) * (scale / 1000 / many))
	c.mean[0][i] = light
	c.mean[1][i] = float64(float64(s.red)*(scale/many)) - light
	c.mean[2][i] = float64(float64(s.blue)*(scale/many)) - light
	c.deviation[i] = math.Sqrt(max(float64(float64(int64(s.square))*(scale/1000*scale/1000/many))-float64(light*light), 0))
	c.alpha[i] = float64(s.alpha) / (65535 * many)
}

// Colors are counted in bins of binWidth, on three axes, of which the last two begin at -100.
const (
	binWidth      = 12.5
	lightBins     = 9
	colorBins     = 17
	allBins       = lightBins * colorBins * colorBins
	mostBins      = 512 // maximum number of bins that are compared with each other; in a picture with more bins no color is rare
	rareLightness = 0.5 // factor of a difference in lightness, squared
)

// rarity returns, for each cell, the mean distance of its color from the colors of all other cells.
func (c *cells) rarity() []float64 {
	bin := make([]uint16, len(c.alpha))
	var place [allBins]uint16 // number of the bin in the list, plus 1
	type entry struct {
		color  [3]float64
		weight float64
		rarity float64
	}
	var list []entry
	axis := func(v float64, most int) int { return min(max(int(v/binWidth+0.5), 0), most-1) }
	for i, alpha := range c.alpha {
		l, x, y := axis(c.mean[0][i], lightBins), axis(c.mean[1][i]+100, colorBins), axis(c.mean[2][i]+100, colorBins)
		p := &place[(l*colorBins+x)*colorBins+y]
		if *p == 0 {
			if len(list) == mostBins {
				*p = mostBins
			} else {
				list = append(list, entry{color: [3]float64{float64(l) * binWidth, float64(x) * binWidth, float64(y) * binWidth}})
				*p = uint16(len(list))
			}
		}
		bin[i] = *p - 1
		list[*p-1].weight += alpha
	}
	for i := range list {
		for j := range i {
			a, b := &list[i], &list[j]
			l, x, y := a.color[0]-b.color[0], a.color[1]-b.color[1], a.color[2]-b.color[2]
			d := min(math.Sqrt(float64(rareLightness*l*l)+float64(x*x)+float64(y*y)), farApart)
			a.rarity, b.rarity = a.rarity+float64(d*b.weight), b.rarity+float64(d*a.weight)
		}
	}
	out := make([]float64, len(bin))
	for i, p := range bin {
		out[i] = list[p].rarity
	}
	return out
}
