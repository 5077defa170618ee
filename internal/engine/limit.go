package engine

import (
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// maxFrames is the largest number of frames of an animation. It applies to every [animationLimit].
const maxFrames = 10_000

// An animationLimit says which animations stay animated. An animation beyond the limit becomes a still picture of its
// first frame.
type animationLimit struct {
	Pixels int64 // frames × width × height, of the original and of the result
	Bytes  int64 // memory: see bytesFor
}

// allows reports whether a thumbnail of the size result may be animated. If result is the zero Point, the size
// is unknown, and allows checks only the original.
func (l animationLimit) allows(h *codec.Header, result image.Point) bool {
	n := int64(h.FrameCount)
	return n > 1 && n <= maxFrames && h.FramePixels <= l.Pixels && n*area(result) <= l.Pixels &&
		bytesFor(n, result, h.Stored) <= l.Bytes
}

// bytesFor returns an upper bound of the memory for encoding n frames as GIF. The bound is the sum of the sizes of:
//   - the frames that the encoder holds, and their palette indices
//   - one frame in each step
//   - the compressed frames, with at most 12 bits per pixel, and the file
//   - a structure and a palette per frame
//   - the canvas, the saved pixels below the current frame, and a copy for the processor
//   - the tables of the palettes that are tried
func bytesFor(n int64, result, canvas image.Point) int64 {
	const held = 32 << 20 // bytes of frames that processors.GIF holds
	const tables = 5 << 20
	all := n * area(result)
	return 5*min(all, held/4) + 24*area(result) + 3*all + 3<<10*n + 12*area(canvas) + tables
}
