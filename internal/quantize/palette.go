package quantize

import (
	"cmp"
	"context"
	"image/color"
	"math"
	"slices"
)

// A Palette is a list of colors, with a search for the nearest one. Goroutines must not share it.
type Palette struct {
	Colors []color.NRGBA

	// Error is the root mean square of the Oklab distances between the pixels and their colors in the palette. The
	// distance from black to white is 1. Missed is the same mean, but only over the pixels whose exact color is not in the
	// palette.
	Error, Missed float64
	// Merged is the largest difference of hue between two colors that have become the same color of the palette, if each has at
	// least 1/128 of the pixels and 256 pixels, such as two fields of a drawing.
	Merged float64

	search search
}

// A box is a set of entries that get one color of the palette.
type box struct {
	entries []*entry
	weight  float64
	mean    [4]float64
	axis    int
	spread  [4]float64 // sums of squared distances from the mean
	vivid   bool       // see Histogram
}

func newBox(entries []*entry, vivid bool) box {
	b := box{entries: entries, vivid: vivid}
	var sum, squares [4]float64
	for _, e := range entries {
		w := float64(e.count)
		if vivid {
			w = math.Sqrt(w)
		}
		b.weight += w
		for i, v := range e.point {
			sum[i] += float64(w * float64(v))
			squares[i] += float64(w * float64(v) * float64(v))
		}
	}
	for i := range sum {
		b.mean[i] = sum[i] / b.weight
		b.spread[i] = max(squares[i]-float64(sum[i]*b.mean[i]), 0)
		if vivid && (i == 1 || i == 2) {
			b.spread[i] *= 4
		}
		if b.spread[i] > b.spread[b.axis] {
			b.axis = i
		}
	}
	return b
}

// split divides a box at its mean, along the axis of the largest spread. It returns false if one part would be empty.
func (b box) split() (low, high box, ok bool) {
	at := 0
	for i, e := range b.entries {
		if float64(e.point[b.axis]) < b.mean[b.axis] {
			b.entries[i], b.entries[at] = b.entries[at], e
			at++
		}
	}
	if at == 0 || at == len(b.entries) {
		return b, b, false
	}
	return newBox(b.entries[:at], b.vivid), newBox(b.entries[at:], b.vivid), true
}

// refinements is the maximum number of times that colors are moved to the mean of their pixels.
const refinements = 6

// Choose returns a palette of 1 to n colors. It first divides the box of the highest variance repeatedly (a variant of
// P. Heckbert's median cut, 1982, that divides at the mean as S. Wan, P. Prusinkiewicz and S. Wong do). It then moves each
// color to the mean of its pixels, several times (S. Lloyd, 1982). If more than half of these pixels have the same color,
// it chooses that color instead of the mean.
func (h *Histogram) Choose(ctx context.Context, n int) *Palette {
	h.close()
	points := h.cut(n)
	last := -1.0
	p := &Palette{}
	for range refinements {
		if ctx.Err() != nil {
			break
		}
		p.search.set(points)
		sum := h.assign(&p.search)
		if last >= 0 && sum > 0.995*last {
			break
		}
		last = sum
		h.move(points)
	}
	p.Colors = h.colors(len(points))
	p.finish()
	p.measure(h)
	return p
}

// measure sets Error and Missed.
func (p *Palette) measure(h *Histogram) {
	sum, missed := h.assign(&p.search), int64(0)
	for i := range h.entries {
		if e := &h.entries[i]; e.color != p.Colors[e.choice] {
			missed += int64(e.count)
		}
	}
	p.Error = math.Sqrt(sum / float64(max(h.pixels, 1)))
	p.Missed = math.Sqrt(sum / float64(max(missed, 1)))
	p.Merged = h.merged(len(p.Colors))
}

// merged returns the largest difference of hue between the most frequent color and another frequent one of those that have the same choice,
// which is one of n.
func (h *Histogram) merged(n int) float64 {
	field := max(h.pixels/128, 256)
	most, hue := make([]*entry, n), float32(0)
	for i := range h.entries {
		if e := &h.entries[i]; most[e.choice] == nil || e.count > most[e.choice].count {
			most[e.choice] = e
		}
	}
	for i := range h.entries {
		if e := &h.entries[i]; int64(e.count) >= field {
			apart := e.point
			for j, v := range most[e.choice].point {
				apart[j] -= v
			}
			hue = max(hue, chroma2(&apart))
		}
	}
	return math.Sqrt(float64(hue))
}

// ErrorOf returns the value that p.Error would have if p had been chosen for the pixels of h.
func (h *Histogram) ErrorOf(p *Palette) float64 {
	h.close()
	return math.Sqrt(h.assign(&p.search) / float64(max(h.pixels, 1)))
}

// cut divides the entries into n or fewer boxes, and returns the mean of each box.
func (h *Histogram) cut(n int) []point {
	entries := make([]*entry, len(h.entries))
	for i := range entries {
		entries[i] = &h.entries[i]
	}
	if len(entries) == 0 {
		return []point{{}}
	}
	boxes := []box{newBox(entries, h.Vivid)}
	for len(boxes) < n {
		worst := 0
		for i, b := range boxes {
			if b.spread[b.axis] > boxes[worst].spread[boxes[worst].axis] {
				worst = i
			}
		}
		b := boxes[worst]
		if b.spread[b.axis] <= 0 {
			break
		}
		low, high, ok := b.split()
		if !ok {
			boxes[worst].spread = [4]float64{}
			continue
		}
		boxes[worst] = low
		boxes = append(boxes, high)
	}
	points := make([]point, len(boxes))
	for i, b := range boxes {
		for j, v := range b.mean {
			points[i][j] = float32(v)
		}
	}
	return points
}

// assign chooses the nearest color for each entry, and returns the sum of the squared distances of all pixels.
func (h *Histogram) assign(s *search) (sum float64) {
	for i := range h.entries {
		e := &h.entries[i]
		at, d := s.nearest(&e.point, int(e.choice))
		e.choice = uint16(at)
		sum += float64(float64(d) * float64(e.count))
	}
	return sum
}

// move sets each point to the mean of its entries. A point without entries is not moved.
func (h *Histogram) move(points []point) {
	sums, weights := make([][4]float64, len(points)), make([]float64, len(points))
	for i := range h.entries {
		e := &h.entries[i]
		w := float64(e.count)
		weights[e.choice] += w
		for j, v := range e.point {
			sums[e.choice][j] += float64(w * float64(v))
		}
	}
	for i, w := range weights {
		if w == 0 {
			continue
		}
		for j := range points[i] {
			points[i][j] = float32(sums[i][j] / w)
		}
	}
}

// colors returns the palette. Each color is the mean of its entries, or the color of the largest entry if that has more
// than half of the pixels. Points without entries are omitted.
func (h *Histogram) colors(n int) (out []color.NRGBA) {
	sums, weights, most := make([][4]float64, n), make([]float64, n), make([]*entry, n)
	for i := range h.entries {
		e := &h.entries[i]
		c, w := e.choice, float64(e.count)
		weights[c] += w
		for j, v := range e.point {
			sums[c][j] += float64(w * float64(v))
		}
		if most[c] == nil || e.count > most[c].count {
			most[c] = e
		}
	}
	for i, w := range weights {
		if w == 0 {
			continue
		}
		if 2*float64(most[i].count) > w {
			out = append(out, most[i].color)
			continue
		}
		var p point
		for j := range p {
			p[j] = float32(sums[i][j] / w)
		}
		out = append(out, p.color())
	}
	slices.SortFunc(out, func(a, b color.NRGBA) int {
		return cmp.Or(cmp.Compare(luma(a), luma(b)), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B), cmp.Compare(a.A, b.A))
	})
	return slices.Compact(out)
}

func luma(c color.NRGBA) int { return int(c.A)*4096 + 2*int(c.R) + 5*int(c.G) + int(c.B) }

// finish prepares the search.
func (p *Palette) finish() {
	if len(p.Colors) == 0 {
		p.Colors = []color.NRGBA{{}}
	}
	points := make([]point, len(p.Colors))
	for i, c := range p.Colors {
		points[i] = pointOf(c)
	}
	p.search.set(points)
}

// NewPalette returns a palette of the given colors.
func NewPalette(colors []color.NRGBA) *Palette {
	p := &Palette{Colors: colors}
	p.finish()
	return p
}

// Extend adds those of the given colors whose Oklab distance from all colors of the palette is at least apart, up to 255 colors in
// total. Error and Missed are not changed.
func (p *Palette) Extend(colors []color.NRGBA, apart float32) {
	for _, c := range colors {
		q := pointOf(c)
		if _, d := p.search.nearest(&q, 0); d >= apart*apart && len(p.Colors) < 255 {
			p.Colors = append(p.Colors, c)
			p.finish()
		}
	}
}
