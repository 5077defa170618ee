package colorspace

import (
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

//go:generate go run ./fitpress

// Press returns the conversion to sRGB of CMYK pixels without a profile. It shows the colors of coated offset print as
// print programs do, relative to the white of the paper. So black ink alone is a dark gray, and cyan differs clearly from
// the cyan of a screen. All callers share one Transform.
//
// The conversion applies a small dot gain to each ink, and then a cubic polynomial of the four inks. The polynomial is
// fitted to measurements of such prints and to the output of libvips. fitpress has the data, their license and the fit.
func Press() *icc.Transform { return press() }

var press = sync.OnceValue(func() *icc.Transform { return icc.NewInks(pressPoints, pressGrowth, pressOf) })

// pressPoints is the number of grid nodes along each ink. Between the nodes, interpolation differs from the polynomial by
// less than one of 255 levels.
const pressPoints = 9

// pressGrowth returns the tone value of an ink on paper, with dot gain.
func pressGrowth(ink int, x float64) float64 { return x + float64(4*pressGains[ink]*x*(1-x)) }

// pressOf evaluates the polynomial. It returns CIELAB's f of X, Y and Z relative to the paper.
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

// A pressTerm is a term of the polynomial: the powers of cyan, magenta, yellow and black, and the coefficients for X, Y
// and Z.
type pressTerm struct {
	powers  [4]int
	factors [3]float64
}
