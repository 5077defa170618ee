package processors

import (
	"image"
	"iter"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
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
}

// Opaque is that of the first frame.
func (a *Animation) Opaque() bool { return pixels.Opaque(a.Image) }

// A Frame is one picture of an [Animation]. It may be kept, but not changed.
type Frame struct {
	Image *image.NRGBA  // as it is seen, with the upper left corner at (0,0)
	Delay time.Duration // for which it is shown; 0 is left to the viewer
}

// An Animator is an Encoder that may be able to write an [Animation]. If Animates returns true,
// Encode may be given one; others are given the first frame.
type Animator interface {
	Animates() bool
}
