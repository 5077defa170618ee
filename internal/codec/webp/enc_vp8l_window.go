package webp

// A pixelWindow finds long matches. It stores the last position of each hash of windowSize consecutive pixels.
type pixelWindow struct {
	last  []int32 // first pixel of the last window with each hash, plus 1
	shift uint

	// The hash is a polynomial in the pixels, so the hash of the next window can be computed from that of this window.
	hash  uint32
	power uint32 // windowBase^windowSize, the factor of the pixel that leaves the window

	distance int // distance of the match of the previous window, or 0
}

// windowSize is the number of pixels in a window.
const windowSize = 48

const windowBase = 0x9e3779b1

// begin moves the window to the first pixel.
func (w *pixelWindow) begin(px []uint32) {
	bits := headBits(len(px))
	w.last, w.shift = w.last[:1<<bits], 32-bits
	clear(w.last)
	w.power = 1
	for range windowSize {
		w.power *= windowBase
	}
	w.move(px, 0)
}

// move moves the window to pixel i.
func (w *pixelWindow) move(px []uint32, i int) {
	w.hash, w.distance = 0, 0
	for _, v := range px[i:min(i+windowSize, len(px))] {
		w.hash = w.hash*windowBase + v
	}
}

// look returns the distance of an earlier window with the same pixels as the window that starts at pixel i, or 0. It also
// moves the window to the next pixel.
//
// Only a quarter of the windows, selected by their hashes, are stored and looked up. A long match very probably has such a
// window near its end, and the search extends matches to the left.
func (w *pixelWindow) look(px []uint32, i int) int {
	end := i + windowSize
	if end > len(px) {
		return 0
	}
	last := px[end-1]
	if w.distance != 0 && last != px[end-1-w.distance] {
		w.distance = 0
	}
	if w.hash>>12&3 == 0 {
		slot := &w.last[w.hash>>(w.shift&31)]
		if c := int(*slot) - 1; w.distance == 0 && c >= 0 && i-c <= farthest && last == px[c+windowSize-1] {
			if extend(px[:end], i, i-c, 0) == windowSize {
				w.distance = i - c
			}
		}
		*slot = int32(i + 1)
	}
	if end < len(px) {
		w.hash = w.hash*windowBase + px[end] - w.power*px[i]
	}
	return w.distance
}
