package films

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"slices"
)

type counted struct {
	color [3]uint8
	n     int
}

// cut returns a palette of n colors, by median cut (P. Heckbert, 1982).
func cut(count map[[3]uint8]int, n int) (palette color.Palette) {
	var all []counted
	for c, k := range count {
		all = append(all, counted{c, k})
	}
	slices.SortFunc(all, func(a, b counted) int { return slices.Compare(a.color[:], b.color[:]) })
	boxes := [][]counted{all}
	for len(boxes) < n {
		worst, axis, most := -1, 0, 0
		for i, b := range boxes {
			for c := range 3 {
				low, high, sum := 255, 0, 0
				for _, e := range b {
					low, high, sum = min(low, int(e.color[c])), max(high, int(e.color[c])), sum+e.n
				}
				if spread := (high - low) * (1 + sum); len(b) > 1 && high > low && spread > most {
					worst, axis, most = i, c, spread
				}
			}
		}
		if worst < 0 {
			break
		}
		b := boxes[worst]
		slices.SortStableFunc(b, func(a, c counted) int { return cmp.Compare(a.color[axis], c.color[axis]) })
		sum, half, at := 0, 0, 1
		for _, e := range b {
			sum += e.n
		}
		for i, e := range b[:len(b)-1] {
			if half += e.n; half >= sum/2 {
				at = i + 1
				break
			}
			at = i + 1
		}
		boxes[worst] = b[:at]
		boxes = append(boxes, b[at:])
	}
	for _, b := range boxes {
		var sum [3]int
		n := 0
		for _, e := range b {
			n += e.n
			for c := range sum {
				sum[c] += int(e.color[c]) * e.n
			}
		}
		if n > 0 {
			palette = append(palette, color.NRGBA{uint8((sum[0] + n/2) / n), uint8((sum[1] + n/2) / n), uint8((sum[2] + n/2) / n), 255})
		}
	}
	return palette
}

// A bayer draws with ordered dithering (B. Bayer, 1973). Video programs use it because static parts of the picture
// stay identical between frames.
type bayer struct{ strength int }

func (b bayer) Draw(dst draw.Image, r image.Rectangle, src image.Image, _ image.Point) {
	matrix := [8]uint8{0, 4, 6, 2, 5, 1, 7, 3}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.NRGBAModel.Convert(src.At(x, y)).(color.NRGBA)
			d := (int(matrix[(x^y)&7])*8+int(matrix[y&7]))*b.strength/64 - b.strength/2
			shift := func(v uint8) uint8 { return uint8(min(max(int(v)+d, 0), 255)) }
			dst.Set(x, y, color.NRGBA{shift(c.R), shift(c.G), shift(c.B), 255})
		}
	}
}
