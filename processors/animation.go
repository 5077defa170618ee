package processors

import (
	"image"
	"image/color"
	"iter"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// An Animation is a moving picture. As an [image.Image] it is its first frame.
type Animation struct {
	image.Image

	// Frames yields the frames, from the first one, and makes each one when it is requested. All frames have
	// the size of Image. Each iteration makes the frames again. An error ends the iteration; the encoder
	// returns this error.
	Frames    iter.Seq2[Frame, error]
	LoopCount int // as in package image/gif: -1 plays once, 0 plays forever, n plays n+1 times

	// Scaled says that the frames were scaled. Some of their colors then occur only along edges between
	// other colors, and an encoder may drop such colors if the result looks the same.
	Scaled bool

	// Colors, if not nil, returns the colors of the original's frames, once Frames has yielded all. Colors returns nil if
	// there are more than 256 colors.
	Colors func() []color.NRGBA
}

// Opaque reports whether the first frame is opaque.
func (a *Animation) Opaque() bool { return pixels.Opaque(a.Image) }

// A Frame is one picture of an [Animation]. It may be kept, but must not be modified.
type Frame struct {
	Image *image.NRGBA  // the whole picture as displayed, with the upper left corner at (0,0)
	Delay time.Duration // display time; 0 leaves the choice to the viewer
}

// An Animator is an Encoder that may be able to write an [Animation]. If Animates returns true, Encode may
// be called with an Animation. Otherwise, and for other Encoders, Encode is called with the first frame.
type Animator interface {
	Animates() bool
}
