// Package ssimulacra2 measures the visible difference between a picture and its original, by SSIMULACRA 2.1
// (J. Sneyers, Cloudinary, 2022 and 2023: github.com/cloudinary/ssimulacra2).
//
// Both pictures are converted to XYB, the color space of JPEG XL, at six scales. At each scale, three maps
// are computed for each channel: structural similarity, edges that only the copy has, and edges that only
// the original has. The weighted means and 4-norms of all maps give the score: 100 means no difference, 90
// no visible difference side by side, 70 high quality, 50 medium, 30 low.
//
// A picture whose shorter side has less than 129 pixels has fewer scales. For such a picture, the published
// program uses weights that belong to other maps. This package does not.
package ssimulacra2

import (
	"fmt"
	"image"
	"math"
)

const scales = 6

// minSide is the smallest side of a picture at a scale.
const minSide = 8

// A Reference is an original, prepared to be compared with copies. Any number of goroutines may use a
// Reference at once.
type Reference struct {
	size   image.Point
	levels []level
}

// level is a picture at one scale.
type level struct {
	w, h  int
	image [3][]float32 // X, Y and B − Y, each about 0 to 1
	mean  [3][]float32 // blurred
	power [3][]float32 // squares, blurred
}

// NewReference prepares an original. It interprets pixels as sRGB, and transparent pixels as black.
func NewReference(img image.Image) *Reference {
	r := &Reference{size: img.Bounds().Size()}
	for _, l := range pyramid(img) {
		var b blurrer
		for c := range l.image {
			l.mean[c] = b.blur(l.image[c], l.w, l.h)
			l.power[c] = b.blur(product(l.image[c], l.image[c]), l.w, l.h)
		}
		r.levels = append(r.levels, l)
	}
	return r
}

// Score returns the score of a copy, at most 100, and below 0 for a copy that is unrecognizable.
func (r *Reference) Score(copied image.Image) (float64, error) {
	if copied.Bounds().Size() != r.size {
		return 0, fmt.Errorf("the copy is %v, the original %v", copied.Bounds().Size(), r.size)
	}
	sum := 0.0
	for scale, l := range pyramid(copied) {
		var b blurrer
		o := &r.levels[scale]
		for c := range l.image {
			l.mean[c] = b.blur(l.image[c], l.w, l.h)
			l.power[c] = b.blur(product(l.image[c], l.image[c]), l.w, l.h)
			both := b.blur(product(o.image[c], l.image[c]), l.w, l.h)
			norms := compare(o, &l, c, both)
			for n := range 2 {
				for m := range 3 {
					sum += weights[c][scale][n][m] * norms[n][m]
				}
			}
		}
	}
	return score(sum), nil
}

// score maps the weighted sum to the scale of the subjective scores to which the weights were fitted.
func score(sum float64) float64 {
	sum *= 0.9562382616834844
	sum = 2.326765642916932*sum - 0.020884521182843837*sum*sum + 6.248496625763138e-05*sum*sum*sum
	if sum <= 0 {
		return 100
	}
	return 100 - 10*math.Pow(sum, 0.6276336467831387)
}

// compare returns the means and the 4-norms of the three maps of channel c.
func compare(o, l *level, c int, both []float32) (norms [2][3]float64) {
	const c2 = 0.0009
	var mean, fourth [3]float64
	m1, m2, p1, p2 := o.mean[c], l.mean[c], o.power[c], l.power[c]
	i1, i2 := o.image[c], l.image[c]
	for i := range m1 {
		a, b := float64(m1[i]), float64(m2[i])
		similar := (1 - (a-b)*(a-b)) * (2*(float64(both[i])-a*b) + c2) / (float64(p1[i]) - a*a + float64(p2[i]) - b*b + c2)
		edge := (1+math.Abs(float64(i2[i])-b))/(1+math.Abs(float64(i1[i])-a)) - 1
		for m, d := range [3]float64{1 - similar, edge, -edge} {
			if d > 0 {
				mean[m] += d
				fourth[m] += d * d * d * d
			}
		}
	}
	for m := range mean {
		norms[0][m] = mean[m] / float64(len(m1))
		norms[1][m] = math.Sqrt(math.Sqrt(fourth[m] / float64(len(m1))))
	}
	return norms
}

func product(a, b []float32) []float32 {
	p := make([]float32, len(a))
	for i := range p {
		p[i] = a[i] * b[i]
	}
	return p
}
