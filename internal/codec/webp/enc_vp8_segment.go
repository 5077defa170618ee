package webp

import "math"

// An encSegment holds the quantizers and the filter level of a segment (RFC 6386, 9.3).
type encSegment struct {
	index       int // quantizer index
	filterLevel int
	y1, y2, uv  *quantizer

	// Lagrange multipliers: a cost of 1/256 bit equals lambda/16/256 of squared error.
	lambda                         int64
	lambdaUV                       int64
	lambdaTrellis, lambdaTrellisUV int64
	hadamard                       int // Lagrange multiplier for Hadamard sums
}

// stepOf returns the quantizer step for a quality. Photos have the same scores as photos that libwebp encodes with this
// quality.
func stepOf(quality float64) float64 {
	v := min(max(quality, 0), 100) / 100
	if v < 0.75 {
		v *= 2.0 / 3
	} else {
		v = 2*v - 1
	}
	index := min(max(float64(127*(1-math.Cbrt(v)))-0.7, 0), 126)
	i := int(index)
	low, high := float64(acSteps[i]), float64(acSteps[i+1])
	return low + float64((index-float64(i))*(high-low))
}

// quantizerDeltas are the deltas of the quantizer index in the header: Y1 DC, Y2 DC, Y2 AC, chroma DC, chroma AC.
// Chroma DC is finer because errors in the mean color are the most visible.
var quantizerDeltas = [5]int{3: -4}

// newSegment returns the segment for a quantizer step.
func newSegment(step float64) (s encSegment) {
	s.index = indexOfStep(step)
	deltas := &quantizerDeltas
	at := func(table *[128]uint16, delta int) int32 { return int32(table[min(max(s.index+delta, 0), 127)]) }
	y1 := [16]int32{at(&dcSteps, deltas[0]), at(&acSteps, 0)}
	y2 := [16]int32{2 * at(&dcSteps, deltas[1]), max(8, at(&acSteps, deltas[2])*155/100)}
	uv := [16]int32{min(132, at(&dcSteps, deltas[3])), at(&acSteps, deltas[4])}
	s.y1 = newQuantizer(&y1, bias{110, 106})
	s.y2 = newQuantizer(&y2, bias{108, 108})
	s.uv = newQuantizer(&uv, bias{110, 110})
	// These factors give the fewest bytes at equal SSIMULACRA 2 and butteraugli scores. Larger factors have a better
	// squared error, but textures disappear.
	q := float64(y1[1])
	bit := q * q * 3 / 8
	s.lambda = int64(0.7*bit) + 1
	s.lambdaUV = int64(0.5*bit) + 1
	s.lambdaTrellis = int64(0.3*bit) + 1
	s.lambdaTrellisUV = s.lambdaTrellis
	s.hadamard = int(0.4*q) + 1
	s.filterLevel = max(1, min(63, int(0.3*q)))
	return s
}

// indexOfStep returns the quantizer index whose AC step is nearest to step.
func indexOfStep(step float64) int {
	i := 0
	for i < len(acSteps)-1 && float64(acSteps[i]+acSteps[i+1])/2 < step {
		i++
	}
	return i
}
