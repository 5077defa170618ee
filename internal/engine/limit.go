package engine

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// MaxFrames is how many frames an animation has at most, whatever its [AnimationLimit].
const MaxFrames = 10_000

// An AnimationLimit says which animations are processed whole. Of others there is the first frame,
// as a still picture.
type AnimationLimit struct {
	Pixels int64 // frames × width × height, of the original and of the result
	Bytes  int64 // memory: see bytesFor
}

// allows is about a thumbnail of that size. For the zero Point, a size that is not known, only the
// original is looked at.
func (l AnimationLimit) allows(h *codec.Header, result image.Point) bool {
	n := int64(h.FrameCount)
	return n > 1 && n <= MaxFrames && h.FramePixels <= l.Pixels && n*area(result) <= l.Pixels &&
		bytesFor(n, result, h.Stored) <= l.Bytes
}

// bytesFor is the memory in which n frames become a GIF: for those of the result that are held, and
// their indices; for what each step keeps of one; for what is compressed of all, of which a pixel
// takes 12 bits at most, and that again as the file; for the structure and the palette of each; and
// for the canvas: itself, what lay below the frame on it, and a copy for the processor.
func bytesFor(n int64, result, canvas image.Point) int64 {
	const held = 32 << 20 // bytes of frames that processors.GIF holds
	const tables = 2 << 20
	all := n * area(result)
	return 5*min(all, held/4) + 24*area(result) + 3*all + 3<<10*n + 12*area(canvas) + tables
}
