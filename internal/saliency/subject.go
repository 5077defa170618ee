package saliency

import (
	"image"
	"math"
)

// Cells are squares of Step pixels. A view has three maps of them: smartcrop's weights, and two that see what these
// miss, because they see every eighth pixel alone and count texture by how much of it there is.
type view struct {
	fine     samples // smartcrop's
	rare     samples // colors that are unlike the others, where there is detail: a fruit in a bowl
	contrast samples // unlike what is around, in the large: a mountain against the sky
}

const (
	rareSharpness     = 1.5 // exponents: the greater, the more the strongest cells count
	contrastSharpness = 2.5
	plain             = 0.15 // what a cell without any detail counts
	fullDetail        = 8    // deviation in levels of lightness (of 100) that counts in full
	farApart          = 60   // distance of colors beyond which they are as far apart as can be
	surround          = 0.12 // standard deviation of what is around, in shorter sides of the picture
)

// see makes the maps of a picture.
func see(img image.RGBA64Image) view {
	c := cellsOf(img)
	v := view{fine: look(img), rare: c.samples(), contrast: c.samples()}
	rarity := c.rarity()
	blur(rarity, c.columns, c.rows, 1)
	detail := append([]float64(nil), c.deviation...)
	blur(detail, c.columns, c.rows, 1)
	var around [3][]float64
	for i, channel := range c.mean {
		around[i] = append([]float64(nil), channel...)
		blur(around[i], c.columns, c.rows, surround*float64(min(c.columns, c.rows)))
	}
	for i := range v.rare.weights {
		v.rare.weights[i] = c.alpha[i] * math.Pow(rarity[i]*(plain+float64(min(detail[i], fullDetail)/fullDetail)), rareSharpness)
		x, y, z := c.mean[0][i]-around[0][i], c.mean[1][i]-around[1][i], c.mean[2][i]-around[2][i]
		v.contrast.weights[i] = math.Pow(math.Sqrt(float64(x*x)+float64(y*y)+float64(z*z)), contrastSharpness)
	}
	for _, s := range []*samples{&v.fine, &v.rare, &v.contrast} {
		s.normalize()
	}
	return v
}

// normalize makes the sum of the weights 1.
func (s *samples) normalize() {
	sum := 0.0
	for _, w := range s.weights {
		sum += w
	}
	for i := range s.weights {
		if sum > 0 {
			s.weights[i] /= sum
		}
	}
}

// cells are the means of the pixels of squares: lightness of 0 to 100, and two differences of colors on the same
// scale.
type cells struct {
	columns, rows int
	mean          [3][]float64
	deviation     []float64 // of the lightness
	alpha         []float64 // 0 to 1
}

func (c *cells) samples() samples {
	return samples{weights: make([]float64, c.columns*c.rows), columns: c.columns, rows: c.rows}
}

// cellsOf looks at every second pixel of every second row.
func cellsOf(img image.RGBA64Image) *cells {
	b := img.Bounds()
	c := &cells{columns: b.Dx() / Step, rows: b.Dy() / Step}
	n := c.columns * c.rows
	for i := range c.mean {
		c.mean[i] = make([]float64, n)
	}
	c.deviation, c.alpha = make([]float64, n), make([]float64, n)
	const every, many = 2, (Step / 2) * (Step / 2)
	for i := range n {
		at := b.Min.Add(image.Pt(i%c.columns, i/c.columns).Mul(Step))
		var square, alpha float64
		var sum [3]float64
		for y := 0; y < Step; y += every {
			for x := 0; x < Step; x += every {
				p := img.RGBA64At(at.X+x, at.Y+y)
				r, g, b := float64(float64(p.R)*(100./65535)), float64(float64(p.G)*(100./65535)), float64(float64(p.B)*(100./65535))
				light := float64(0.299*r) + float64(0.587*g) + float64(0.114*b)
				sum[0], sum[1], sum[2] = sum[0]+light, sum[1]+r-light, sum[2]+b-light
				square += float64(light * light)
				alpha += float64(p.A) / 65535
			}
		}
		for j, s := range sum {
			c.mean[j][i] = s / many
		}
		c.deviation[i] = math.Sqrt(max(float64(square/many)-float64(c.mean[0][i]*c.mean[0][i]), 0))
		c.alpha[i] = alpha / many
	}
	return c
}

// Colors are sorted into bins of binWidth, on each of three axes, of which the last two begin at -100.
const (
	binWidth      = 12.5
	lightBins     = 9
	colorBins     = 17
	allBins       = lightBins * colorBins * colorBins
	mostBins      = 512 // that are compared with each other; a picture of more colors has none that is rare
	rareLightness = 0.5 // what a difference of lightness counts, squared
)

// rarity is how far the color of each cell is from those of all others, on average.
func (c *cells) rarity() []float64 {
	bin := make([]int, len(c.alpha))
	var place [allBins]int // of a bin in the list, plus 1
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
				*p = len(list)
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

// blur smooths a map by a Gaussian of that standard deviation, in cells. Beyond the border is what is at it.
func blur(values []float64, columns, rows int, deviation float64) {
	if len(values) == 0 || deviation <= 0 {
		return
	}
	reach := int(3*deviation) + 1
	kernel := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range kernel {
		x := float64(i-reach) / deviation
		kernel[i] = math.Exp(-x * x / 2)
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	line := make([]float64, max(columns, rows)+2*reach)
	along := func(start, step, n int) {
		for i := range n + 2*reach {
			line[i] = values[start+min(max(i-reach, 0), n-1)*step]
		}
		for i := range n {
			v := 0.0
			for j, x := range line[i:][:len(kernel)] {
				v += float64(kernel[j] * x)
			}
			values[start+i*step] = v
		}
	}
	for y := range rows {
		along(y*columns, 1, columns)
	}
	for x := range columns {
		along(x, columns, rows)
	}
}
