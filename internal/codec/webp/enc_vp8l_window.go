package webp

// A pixelWindow remembers where the pixels of some length were that have a hash. It is the last place only, but a match of that length is
// likely to go on.
type pixelWindow struct {
	last  []int32 // by hash: the first pixel of the window, plus 1
	shift uint
	size  int

	// The hash of a window is a polynomial of its pixels, so that of the next one is known from it.
	hash  uint32
	power uint32 // of windowBase: the factor of the pixel that leaves it
}

// windowSizes are how long windows are: a run of what prediction leaves of a gradient with its end, and several of them.
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

// look returns the match at the last place of the window that begins at pixel i, if it is longer than best, and moves the window to
// the next pixel.
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
