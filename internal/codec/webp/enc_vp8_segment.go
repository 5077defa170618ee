package webp

import "math"

// encSegment is what macroblocks of a kind have in common.
type encSegment struct {
	index       int // of the quantizer
	filterLevel int
	y1, y2, uv  *quantizer

	// A bit is worth so much squared error, in 1/16: 1/256 bit is worth lambda/16/256.
	lambda                         int64
	lambdaUV                       int64
	lambdaTrellis, lambdaTrellisUV int64
	hadamard                       int // what a bit is worth in sums of hadamard
}

// stepOf returns the step of the quantizer for a quality: that at which photos score as those of libwebp
// of this quality.
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

// quantizerDeltas are added to the indices of the quantizer: of y1 DC, y2 DC, y2 AC, chroma DC, and chroma
// AC. The mean of colors is seen best.
var quantizerDeltas = [5]int{3: -4}

// newSegment returns what a step of the quantizer means.
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
	// The factors give the fewest bytes at the same scores of SSIMULACRA 2 and butteraugli. In squared
	// error more rate would be worth it: textures would be lost.
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

// indexOfStep returns the index of the step nearest to a number.
func indexOfStep(step float64) int {
	i := 0
	for i < len(acSteps)-1 && float64(acSteps[i]+acSteps[i+1])/2 < step {
		i++
	}
	return i
}
