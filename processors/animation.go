package processors

import (
	"image"
	"iter"

	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
)

// An Animation is a moving picture. As an image it is its first frame.
type Animation struct {
	image.Image

	// Frames makes the frames, from the first on, as they are asked for; all have the size of
	// Image. Asked again, it makes them again. It ends with an error that whoever encodes them
	// returns.
	Frames    iter.Seq2[Frame, error]
	LoopCount int // as in package image/gif: -1 plays once, 0 for ever, n plays n+1 times

	// Scaled says that the frames were scaled: then some of their colors are only those of edges between
	// others, and an encoder may leave out what nobody misses.
	Scaled bool

	original bool // every frame is as in the file: known when all have been made
}

// Opaque is that of the first frame.
func (a *Animation) Opaque() bool { return isOpaque(a.Image) }

// A Frame is one picture of an [Animation]. It may be kept, but not changed.
type Frame struct {
	Image *image.NRGBA // as it is seen, with the upper left corner at (0,0)
	Delay int          // how long it is shown, in 1/100 s; 0 is left to the viewer
}

// An Animator is an Encoder that may be able to write an [Animation]. If Animates returns true,
// Encode may be given one.
type Animator interface {
	Animates() bool
}

// Animates reports whether an encoder wants the whole of an animation. Others are given the first
// frame.
func Animates(encoder any) bool {
	a, ok := encoder.(Animator)
	return ok && a.Animates()
}

// MaxFrames is how many frames an animation has at most, whatever its [AnimationLimit].
const MaxFrames = 10_000

// An AnimationLimit says which animations are processed whole. Of others there is the first frame,
// as a still picture.
type AnimationLimit struct {
	Pixels int64 // frames × width × height, of the original and of the result
	Bytes  int64 // memory: see AnimationBytes
}

// bytesFor is the memory in which n frames become a [GIF]: for those of the result that are held,
// and their indices; for what each step keeps of one; for what is compressed of all, of which a pixel
// takes 12 bits at most, and that again as the file; for the structure and the palette of each; and
// for the canvas: itself, what lay below the frame on it, and a copy for the processor.
func bytesFor(n int64, result, canvas image.Point) int64 {
	all := n * area(result)
	return 5*min(all, heldBytes/4) + 24*area(result) + 3*all + 3<<10*n + 12*area(canvas) + fixedBytes
}

// fixedBytes are tables: of a compressor, a decompressor, a histogram, and colours and what is
// nearest to them.
const fixedBytes = 2 << 20

// AnimationBytes returns the memory in bytes that it takes to make an animated thumbnail of that
// size, in addition to a still one, and to encode it as [GIF]. For the zero Point, a size that is not
// known, it is limit.Bytes. It is 0 if the original is not an animation within limit, or if the
// header is from [PeekHeader], which does not know.
func (h Header) AnimationBytes(result image.Point, limit AnimationLimit) int64 {
	if h.frames < 2 || !limit.allows(h.frames, h.pixels, result, h.stored) {
		return 0
	}
	if result == (image.Point{}) {
		return limit.Bytes
	}
	return bytesFor(int64(h.frames), result, h.stored)
}

func area(size image.Point) int64 { return int64(size.X) * int64(size.Y) }

// allows is about n frames that have so many pixels in the original.
func (l AnimationLimit) allows(n int, pixels int64, result, canvas image.Point) bool {
	return n <= MaxFrames && pixels <= l.Pixels && int64(n)*area(result) <= l.Pixels &&
		bytesFor(int64(n), result, canvas) <= l.Bytes
}

// framePixels is how many pixels have to be looked at for a frame, which may be larger than the
// canvas.
func framePixels(frame image.Rectangle, canvas image.Point) int64 {
	return max(area(canvas), area(frame.Size()))
}

// pixelsOf adds up those of all frames.
func pixelsOf(file *gif.File) (n int64) {
	for i := range file.Frames {
		n += framePixels(file.Frames[i].Rect, file.Screen)
	}
	return n
}
