package quantize

import "math"

// Hues measures which hues a picture has lost. A hue is an eighth of the circle of hues, so that a hue that few pixels have counts as
// much as one that many have. The zero value is ready to use.
type Hues [8]struct{ lost, all float64 } // sums of squares

// Add adds a color with the chroma (a, b) that has changed by (da, db). The coordinates may be those of any color space in which gray is
// at (0, 0).
func (h *Hues) Add(a, b, da, db float32) {
	all, lost := float32(a*a)+float32(b*b), float32(da*da)+float32(db*db)
	eighth := 0
	if b < 0 {
		eighth, a, b = 4, -a, -b
	}
	if a < 0 {
		eighth, a, b = eighth+2, b, -a
	}
	if b > a {
		eighth++
	}
	h[eighth].all += float64(all)
	h[eighth].lost += float64(lost)
}

// Lost returns the largest loss of a hue: the root mean square of the changes, divided by the root mean square of the chroma. It is 1 if a
// hue has become gray. Lost ignores hues whose sum of squared chromas is less than least.
func (h *Hues) Lost(least float64) (most float64) {
	for _, e := range h {
		if e.all >= least {
			most = max(most, math.Sqrt(e.lost/e.all))
		}
	}
	return most
}
