package webp

import "math"

// qualityBytes is the number of bytes at the start of a lossy picture that determine its quality.
const qualityBytes = 64

// qualityOf returns the quality, 1 to 100, at which libwebp uses the quantizer index of a frame. It returns 0 if the index
// is unknown. If there are several segments, it uses the mean of their indices. vp8 is the start of the frame.
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
	light := math.Pow(1-float64(sum)/(4*127), 3) // the index is linear in the cube root
	if light < 0.5 {
		light *= 1.5
	} else {
		light = (light + 1) / 2
	}
	return max(int(math.Round(100*light)), 1)
}
