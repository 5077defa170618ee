package processors

import (
	"image"
	"math"
)

// A likeness measures how much structure frames have lost, in lightness, at several scales: missing details and
// additional edges. It compares squares of pixels. Its value is 1 minus the structural similarity.
type likeness struct {
	fourth, n [likeScales]float64 // sum of fourth powers, and their number
}

const (
	likeScales = 3  // number of scales, each half as large as the previous one
	likeSide   = 4  // side of a square in pixels
	likeNoise  = 15 // the largest variance that is invisible
)

// A plane has the lightness of the pixels of a picture, times 8.
type plane struct {
	size image.Point
	pix  []int32
}

// planesBytes returns the memory of the planes of two pictures of n pixels.
func planesBytes(pixels int64) int64 { return 2 * 4 * pixels }

func newPlane(size image.Point) *plane { return &plane{size, make([]int32, size.X*size.Y)} }

func (p *plane) set(at int, c [3]int32) { p.pix[at] = 2*c[0] + 5*c[1] + c[2] }

// halve reduces a picture to half its size, in place.
func (p *plane) halve() {
	size := image.Pt(p.size.X/2, p.size.Y/2)
	for y := range size.Y {
		above, below := p.pix[2*y*p.size.X:], p.pix[(2*y+1)*p.size.X:]
		for x := range size.X {
			p.pix[y*size.X+x] = (above[2*x] + above[2*x+1] + below[2*x] + below[2*x+1]) / 4
		}
	}
	p.size = size
}

// add adds a frame. It overwrites both pictures.
func (l *likeness) add(want, got *plane) {
	for scale := range likeScales {
		if scale > 0 {
			want.halve()
			got.halve()
		}
		size := want.size
		for y := 0; y < size.Y; y += likeSide {
			for x := 0; x < size.X; x += likeSide {
				r := image.Rect(x, y, min(x+likeSide, size.X), min(y+likeSide, size.Y))
				d := unlike(want.pix, got.pix, size.X, r)
				l.fourth[scale] += float64(d * d * d * d)
				l.n[scale]++
			}
		}
	}
}

// unlike returns 0 for squares of equal structure, and up to 2 for squares without common structure.
func unlike(want, got []int32, stride int, r image.Rectangle) float64 {
	var a, b, aa, bb, ab int64
	for y := r.Min.Y; y < r.Max.Y; y++ {
		others := got[y*stride:]
		for x := r.Min.X; x < r.Max.X; x++ {
			v, w := int64(want[y*stride+x]), int64(others[x])
			a, b, aa, bb, ab = a+v, b+w, aa+v*v, bb+w*w, ab+v*w
		}
	}
	n := int64(r.Dx() * r.Dy())
	const level = 8 * 8 // the samples of a plane are multiplied by 8
	whole := float64(n*n) * level
	noise := float64(likeNoise * whole)
	return 1 - (float64(2*(n*ab-a*b))+noise)/(float64(n*aa-a*a+n*bb-b*b)+noise)
}

// norm returns the 4-norm at a scale.
func (l *likeness) norm(scale int) float64 {
	return math.Sqrt(math.Sqrt(l.fourth[scale] / max(l.n[scale], 1)))
}
