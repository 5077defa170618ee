package tiff

import "image"

// minReduction is the minimum ratio of the size decoded at 1/8, 2/8 and 4/8 to the size of the result. The values are slightly larger than
// those of package jpeg.
var minReduction = map[int]float64{1: 1.8, 2: 1.6, 4: 1.4}

// eighths returns the scale in eighths at which a picture is decoded for a result of size small. It is less than 8
// only for JPEG, and only if strips or tiles end between blocks.
func (l *layout) eighths(small image.Point) int {
	if small == (image.Point{}) || !l.isJPEG() || l.planar || l.subX > 2 || l.subY > 2 {
		return 8
	}
	ratio := min(float64(l.width)/float64(small.X), float64(l.height)/float64(small.Y))
	for _, n := range []int{1, 2, 4} {
		within := func(side, segment int) bool { return side <= segment || segment*n%8 == 0 && segment%8 == 0 }
		if ratio*float64(n)/8 >= minReduction[n] && within(l.width, l.segW) && within(l.height, l.segH) {
			return n
		}
	}
	return 8
}

// reduced returns the layout of the picture at n/8, with the same number of strips or tiles.
func (l *layout) reduced(n int) *layout {
	small := *l
	small.width, small.height = ceilDiv(l.width*n, 8), ceilDiv(l.height*n, 8)
	small.segW, small.segH = ceilDiv(l.segW*n, 8), ceilDiv(l.segH*n, 8)
	return &small
}
