package webp

// A pixelWindow finds long matches. It stores the last position of each hash of size consecutive pixels.
type pixelWindow struct {
	last  []int32 // first pixel of the last window with each hash, plus 1
	shift uint
	size  int

	// The hash is a polynomial in the pixels, so the next one can be computed from it.
	hash  uint32
	power uint32 // windowBase^size, the factor of the pixel that leaves the window
}

// windowSizes are the numbers of pixels in the windows.
var windowSizes = [2]int{24, 96}

const windowBase = 0x9e3779b1

// begin moves the window to the first pixel.
func (w *pixelWindow) begin(px []uint32, size int) {
	bits := headBits(len(px))
	w.last, w.shift, w.size = w.last[:1<<bits], 32-bits, size
	clear(w.last)
	w.hash, w.power = 0, 1
	for i := range min(size, len(px)) {
		w.hash = w.hash*windowBase + px[i]
		w.power *= windowBase
	}
}

// look examines the last position of the window that starts at pixel i. If the match there is longer than best, look
// returns it. It also moves the window to the next pixel.
func (w *pixelWindow) look(px []uint32, i, best, distance int) (int, int) {
	end := i + w.size
	if end > len(px) {
		return best, distance
	}
	last := &w.last[w.hash>>(w.shift&31)]
	if c := int(*last) - 1; best < w.size && c >= 0 && i-c <= farthest && px[c] == px[i] && px[c+w.size-1] == px[end-1] {
		if n := extend(px, i, i-c, 1); n > best {
			best, distance = n, i-c
		}
	}
	*last = int32(i + 1)
	if end < len(px) {
		w.hash = w.hash*windowBase + px[end] - w.power*px[i]
	}
	return best, distance
}
