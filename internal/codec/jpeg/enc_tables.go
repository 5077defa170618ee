package jpeg

import (
	"image"
	"math"
)

// quantTableFor is a table of quantization steps with the dead zone of each, in zigzag order.
type quantTableFor struct {
	steps [64]uint8
	dead  [64]float32
}

// sharesChroma reports whether Cb and Cr of a picture have the same steps: in a small file a table takes
// more bytes than it saves.
func sharesChroma(size image.Point, s Subsampling) bool {
	return s == Subsampling420 && size.X*size.Y < 150_000
}

// tableFor returns the table of component i, 0 to 2. shared is what sharesChroma says.
//
// Steps grow with a distance that the quality stands for: beyond distanceKnee those of low frequencies
// more slowly, so that areas of little detail keep their look. A coefficient that is only a little more
// than half a step becomes 0, since it would cost more bits than it is worth. The dead zones do not
// depend on what is around: adaptive ones, as jpegli has them, gained by butteraugli what they lost by
// SSIMULACRA 2.
func tableFor(quality, i int, s Subsampling, shared bool) *quantTableFor {
	return tableAt(distanceOf(quality), i, s, shared)
}

// distanceKnee is the distance up to which all steps grow alike.
const distanceKnee = 1.5

func tableAt(d float64, i int, s Subsampling, shared bool) *quantTableFor {
	var t quantTableFor
	coarse := min(max((d-1)/2, 0), 1)
	for k, z := range zigzag {
		scale := d
		if d > distanceKnee {
			power := float64(growth[z]) / 100
			scale = max(d/2, distanceKnee*math.Pow(d/distanceKnee, power))
		}
		t.steps[k] = uint8(min(max(math.Round(scale*stepOf(i, int(z), s, shared)), 1), 255))
		t.dead[k] = float32((float64((1-coarse)*float64(deadFine[i][z])) + float64(coarse*float64(deadCoarse[i][z]))) / 100)
	}
	return &t
}

// stepOf is the step of a frequency at distance 1.
func stepOf(i, z int, s Subsampling, shared bool) float64 {
	switch {
	case i == 0:
		return float64(lumaSteps[z])
	case shared:
		return math.Sqrt(float64(halfChromaSteps[0][z]) * float64(halfChromaSteps[1][z]))
	}
	full, half := float64(chromaSteps[i-1][z]), float64(halfChromaSteps[i-1][z])
	switch s {
	case Subsampling444:
		return full
	case Subsampling422:
		return math.Sqrt(full * half)
	}
	return half
}

// distances are those of qualities, in between which they are interpolated: the largest ones at which
// photos of every size score no worse than libjpeg-turbo's of that quality, by SSIMULACRA 2 and by
// butteraugli (bench/ENCODE.md).
var distances = []struct{ quality, distance float64 }{
	{1, 30}, {10, 26}, {20, 13}, {30, 8.1}, {40, 5.8}, {50, 4.5}, {60, 3.6}, {70, 2.7}, {75, 2.26},
	{80, 1.82}, {85, 1.39}, {90, 0.975}, {93, 0.72}, {96, 0.43}, {98, 0.24}, {100, 0.01},
}

// distanceOf returns the distance of a quality, 0 of which is 85.
func distanceOf(quality int) float64 {
	if quality == 0 {
		quality = 85
	}
	q := float64(min(max(quality, 1), 100))
	i := 1
	for q > distances[i].quality {
		i++
	}
	a, b := distances[i-1], distances[i]
	return a.distance + float64((q-a.quality)/(b.quality-a.quality)*(b.distance-a.distance))
}
