package webp

import "math"

// qualityBytes is how much of a lossy picture says what its quality is.
const qualityBytes = 64

// qualityOf returns the quality for which libwebp takes as coarse steps as the frame that begins with vp8, 1 to
// 100, or 0 if the frame does not say it. Of segments the mean counts.
func qualityOf(vp8 []byte) int {
	var d decoder
	if err := d.frameHeader(vp8); err != nil {
		return 0
	}
	p := newPartition(vp8[10:])
	p.uint(2)
	indices, levels, relative := d.segmentHeader(&p)
	d.filterHeader(&p, levels, relative)
	p.uint(2)
	frame := p.uint(7)
	if p.exhausted() {
		return 0
	}
	sum := 0
	for _, index := range indices {
		if relative {
			index += frame
		}
		sum += min(max(index, 0), 127)
	}
	light := math.Pow(1-float64(sum)/(4*127), 3) // the index follows a cube root
	if light < 0.5 {
		light *= 1.5
	} else {
		light = (light + 1) / 2
	}
	return max(int(math.Round(100*light)), 1)
}
