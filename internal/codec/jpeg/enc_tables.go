package jpeg

import (
	"image"
	"math"
)

// quantTableFor holds the quantization steps and the dead zones of a component, in zigzag order.
type quantTableFor struct {
	steps [64]uint8
	dead  [64]float32
}

// sharesTable reports whether all components have the quantization table of luma. In a small file, more tables take
// more bytes than they save. At half resolution, the steps of chroma are nearly those of luma anyway.
func sharesTable(size image.Point, s Subsampling) bool {
	return s == Subsampling420 && int64(size.X)*int64(size.Y) < 150_000
}

// tableFor returns the table of component i, 0 to 2, for a picture of the given size.
//
// The quality determines a distance, and steps grow with the distance. Beyond distanceKnee, the steps of low frequencies
// grow more slowly, which preserves areas of little detail. A coefficient of slightly more than half a step becomes 0,
// because it would cost more bits than it is worth. Dead zones do not depend on the neighborhood: adaptive dead zones,
// as in jpegli, improved butteraugli scores as much as they worsened SSIMULACRA 2 scores.
func tableFor(o EncodeOptions, i int, size image.Point) *quantTableFor {
	distance := distanceOf(o.Quality, size)
	if !o.SameLuma {
		distance *= finer(o.Subsampling)
	}
	return tableAt(distance, i, o.Subsampling, sharesTable(size, o.Subsampling))
}

// finer is the factor of the distance at a subsampling. With more chroma, libjpeg-turbo's files look better at the same quality. So do
// these: with these factors, photos have the scores of libjpeg-turbo's files of the same subsampling.
func finer(s Subsampling) float64 {
	switch s {
	case Subsampling444:
		return 0.84
	case Subsampling422:
		return 0.93
	}
	return 1
}

// distanceKnee is the distance up to which all steps grow in proportion.
const distanceKnee = 1.5

// tableAt returns the table of component i at a distance. A component that shares the steps of luma keeps its own dead
// zones.
func tableAt(d float64, i int, s Subsampling, shared bool) *quantTableFor {
	var t quantTableFor
	coarse := min(max((d-1)/2, 0), 1)
	for k, z := range zigzag {
		scale := d
		if d > distanceKnee {
			power := float64(growth[z]) / 100
			scale = max(d/2, distanceKnee*math.Pow(d/distanceKnee, power))
		}
		whole := func(step float64) float64 { return min(max(math.Round(scale*step), 1), 255) }
		own := whole(stepOf(i, int(z), s))
		step := own
		if shared {
			step = whole(float64(lumaSteps[z]))
		}
		t.steps[k] = uint8(step)
		dead := float64((1-coarse)*float64(deadFine[i][z])) + float64(coarse*float64(deadCoarse[i][z]))
		t.dead[k] = float32(dead / 100 * (own / step))
	}
	return &t
}

// fullChroma is the factor of chromaSteps. It gives the fewest bytes at equal SSIMULACRA 2 scores.
const fullChroma = 0.8

// stepOf returns the step of a frequency at distance 1.
func stepOf(i, z int, s Subsampling) float64 {
	if i == 0 {
		return float64(lumaSteps[z])
	}
	full, half := float64(chromaSteps[i-1][z])*fullChroma, float64(halfChromaSteps[i-1][z])
	switch s {
	case Subsampling444:
		return full
	case Subsampling422:
		return math.Sqrt(full * half)
	}
	return half
}

// A calibration is the distance for a quality; distanceOf interpolates between calibrations. A picture of 200×200 pixels has this distance.
// For 1600×1200 pixels, the distance is smaller by the factor 1-less. With these distances, photos of every size have the SSIMULACRA 2
// score that libjpeg-turbo reaches at the same quality, and nearly its butteraugli score (bench/ENCODE.md).
type calibration struct{ quality, distance, less float64 }

var calibrations = []calibration{
	{1, 30, 0}, {10, 26, 0}, {20, 13, 0}, {30, 8.1, 0}, {40, 5.8, 0}, {50, 4.5, 0}, {60, 3.6, 0}, {70, 2.7, 0}, {75, 2.26, 0.02},
	{80, 1.82, 0.07}, {85, 1.39, 0.13}, {90, 0.975, 0.19}, {93, 0.72, 0.21}, {96, 0.43, 0.22}, {98, 0.24, 0.22}, {100, 0.01, 0},
}

// distanceOf returns the distance of a quality for a picture of the given size. Quality 0 means 85.
func distanceOf(quality int, size image.Point) float64 {
	if quality == 0 {
		quality = 85
	}
	q := float64(min(max(quality, 1), 100))
	i := 1
	for q > calibrations[i].quality {
		i++
	}
	a, b := calibrations[i-1], calibrations[i]
	part := (q - a.quality) / (b.quality - a.quality)
	distance, less := a.distance+float64(part*(b.distance-a.distance)), a.less+float64(part*(b.less-a.less))
	const small, large = 200 * 200, 1600 * 1200
	larger := math.Log(float64(size.X)*float64(size.Y)/small) / math.Log(float64(large)/small)
	distance *= 1 - float64(less*math.Pow(min(max(larger, 0), 1), 1.5))
	return math.Round(distance*4096) / 4096 // rounded, because logarithms may differ between processors
}
