package colorspace

import (
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

//go:generate go run ./fitpress

// Press returns the conversion to sRGB of CMYK of which nothing is known: the colors of coated offset
// print, as print programs show them, relative to the paper's white. So black ink alone is a dark
// gray, and cyan is far from a screen's. Everybody is given the same Transform.
//
// It is a cubic polynomial of the four inks, fitted to what was measured on such prints and to what libvips shows; before it,
// tone values grow a little. fitpress has the data, their license, and how they are
// fitted.
func Press() *icc.Transform { return press() }

var press = sync.OnceValue(func() *icc.Transform { return icc.NewInks(pressPoints, pressGrowth, pressOf) })

// pressPoints is how many nodes the grid has along each ink, from which the polynomial differs by
// less than one level of 255 between them.
const pressPoints = 9

// pressGrowth is the tone value of an ink on paper.
func pressGrowth(ink int, x float64) float64 { return x + float64(4*pressGains[ink]*x*(1-x)) }

// pressOf is the polynomial: CIELAB's f of X, Y and Z relative to the paper.
func pressOf(inks [4]float64) [3]float64 {
	out := [3]float64{1, 1, 1}
	for _, t := range pressTerms {
		product := 1.0
		for i, power := range t.powers {
			for range power {
				product *= inks[i]
			}
		}
		for i := range out {
			out[i] += float64(t.factors[i] * product)
		}
	}
	return out
}

// A pressTerm is a product of powers of cyan, magenta, yellow and black, with its factors for X, Y
// and Z.
type pressTerm struct {
	powers  [4]int
	factors [3]float64
}
