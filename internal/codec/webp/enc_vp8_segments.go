package webp

import "math"

// The activity of a macroblock is the logarithm, in 1/16, of the amount of texture and edges in its luma. Errors are
// less visible where activity is high. So the macroblocks are divided into segments by activity, and segments of high
// activity have larger quantizer steps.
const (
	activityScale = 16
	activities    = 256
	flatActivity  = 4 * activityScale // of a macroblock of one color
)

// maskingExponent is the exponent by which the step grows with the amount of texture.
const maskingExponent = 0.25

// logs holds the logarithms of 4i+16, in 1/256.
var logs = func() (logs [2048]uint16) {
	for i := range logs {
		logs[i] = uint16(log2(uint64(4*i + 16)))
	}
	return logs
}()

// activity returns the activity of the macroblock in e.work.
func (e *vp8Encoder) activity() uint8 {
	var flat [4]quad
	var sums [4][4]int32
	hadamard(e.work.luma[:], flat[:], sums[:])
	total := 0
	for y := range sums {
		for x, sum := range sums[y] {
			ac := int(sum - blockSum(&e.work.luma[y], x))
			total += int(logs[min(ac>>2, len(logs)-1)])
		}
	}
	return uint8(min(total/16*activityScale/256, activities-1))
}

// blockSum returns the sum of the pixels of a block, which is its first Hadamard coefficient.
func blockSum(q *quad, block int) (sum int32) {
	for y := range 4 {
		for _, v := range q[16*y+4*block:][:4] {
			sum += int32(v)
		}
	}
	return sum
}

// divide assigns a segment to each macroblock, and a quantizer to each segment. step is the quantizer step at mean
// activity.
func (e *vp8Encoder) divide(step float64) error {
	var counts [activities]int
	for y := range e.mbh {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		for x := range e.mbw {
			e.src.load(x, y, &e.work.luma, &e.work.chroma)
			a := e.activity()
			counts[a]++
			e.records[y*e.mbw+x].segment = a // the activity for now; the loop below replaces it by the segment
		}
	}
	centers, mean := clusterActivities(&counts)
	var of [activities]uint8
	for a := range of {
		for i, c := range centers {
			if math.Abs(float64(a)-c) < math.Abs(float64(a)-centers[of[a]]) {
				of[a] = uint8(i)
			}
		}
	}
	for i := range e.records {
		e.records[i].segment = of[e.records[i].segment]
	}
	e.segments = e.segments[:0]
	for _, c := range centers {
		ratio := math.Exp2(maskingExponent * (c - mean) / activityScale)
		e.segments = append(e.segments, newSegment(step*ratio))
	}
	return nil
}

// clusterActivities divides activities into four clusters by k-means. It returns the mean of each cluster, and the mean
// of all activities. The mean does not include macroblocks of one color, which need no steps: a picture has the same steps with and
// without a border of one color or of transparent pixels.
func clusterActivities(counts *[activities]int) (centers []float64, mean float64) {
	total, sum := 0, 0
	first, last := activities, 0
	for a, n := range counts {
		if a > flatActivity {
			total, sum = total+n, sum+n*a
		}
		if n > 0 {
			first, last = min(first, a), a
		}
	}
	mean = flatActivity
	if total > 0 {
		mean = float64(sum) / float64(total)
	}
	if last-first < 8 {
		return []float64{mean}, mean
	}
	for i := range 4 {
		centers = append(centers, float64(first)+float64(float64(last-first)*float64(2*i+1)/8))
	}
	for range 6 {
		var n, sums [4]int
		nearest := 0
		for a, count := range counts {
			for nearest < 3 && math.Abs(float64(a)-centers[nearest+1]) < math.Abs(float64(a)-centers[nearest]) {
				nearest++
			}
			n[nearest] += count
			sums[nearest] += count * a
		}
		for i := range centers {
			if n[i] > 0 {
				centers[i] = float64(sums[i]) / float64(n[i])
			}
		}
	}
	return centers, mean
}
