package codec

import (
	"context"
	"image"
	"io"
	"time"
)

// A Format is all that the library knows of an image format. Functions that a format has no use for
// are nil: a nil Color means sRGB, a nil Strip that files are always encoded anew, and nil Frames
// that there are no animations.
//
// All functions are safe for concurrent use. They take what they allocate beyond [Free] bytes from
// the account of their context, and look at the context as [Meter] does. Their errors match
// [ErrFormat], [ErrCorrupt], [ErrTooLarge], the context's error or, where they read from a
// [Reader], a [ReadError]; any other error counts as ErrCorrupt.
type Format struct {
	Name string // as errors and events name it: "jpeg"

	// Match reports whether a file that begins with head, its first 64 bytes or all there are, is in
	// this format.
	Match func(head []byte) bool

	// Header reads what a file declares, up to the pixels. It goes on to what stands behind them if
	// r.Whole() says so. It sets the fields of a Header but Format.
	Header func(ctx context.Context, r *Reader) (Header, error)

	// Memory returns the bytes that Decode takes from the account, estimated to the safe side. The
	// file itself is not counted.
	Memory func(h *Header, o Options) int64

	// Decode decodes the picture, or the first frame of an animation composed on its whole canvas.
	// data is the whole file, h what Header returned for it when r.Whole() was true. The picture may
	// refer to data, which is not modified.
	Decode func(ctx context.Context, data []byte, h *Header, o Options) (*Picture, error)

	// Color returns what the file says of its colors. A description that is broken is as good as none.
	Color func(ctx context.Context, data []byte, h *Header) (Color, error)

	// Strip returns a shorter file with the same pixels and no metadata, or nil if there is none that
	// every viewer shows alike.
	Strip func(data []byte, h *Header) []byte

	// Complete reports whether a file that begins with head and has size bytes looks as if it had been
	// written to its end. It reads a few bytes at most. Nil means that the format does not tell.
	Complete func(head []byte, r io.ReaderAt, size int64) bool

	// Frames opens the animation of a file whose header has more than one frame.
	Frames func(ctx context.Context, data []byte, h *Header, o Options) (Frames, error)
}

// Options say how a picture is decoded. The zero value asks for the whole picture as it is.
type Options struct {
	// Least is the size in pixels, as the picture lies in the file, that the whole of it will be scaled
	// down to. The decoder may reduce the picture accordingly, as far as that costs no visible quality:
	// 42 dB against a full decode, for the sharpest photographs. The zero Point asks for the original
	// size.
	Least image.Point

	// Tolerant asks for what can be decoded of a damaged picture, if that is at least a tenth of it.
	// The rest is mid-gray, or transparent where there is alpha.
	Tolerant bool
}

// A Header is what an image declares before any pixel is decoded.
type Header struct {
	Format      *Format
	Stored      image.Point // pixels, as they lie in the file
	Orientation int         // EXIF's 1 to 8, by which the stored picture is turned; 1 is upright

	// Of an animation. Header counts frames only as far as r.Whole() lets it; 0 means not counted.
	FrameCount  int
	FramePixels int64 // pixels that have to be looked at for all frames

	// Peeked says that what stands behind the pixels has not been read: the orientation may be
	// another, and there may be frames. Whoever calls Format.Header sets it.
	Peeked bool

	// Profile is how many bytes the ICC profile has that Color will return, or more; 0 if there is
	// none. Described says that Color will return something: a profile or anything else. Plans
	// reckon with both.
	Profile   int64
	Described bool

	Palette  bool  // pixels are places in a palette
	Quality  int   // of a JPEG or a lossy WebP: 1 to 100, as the encoders of the Independent JPEG Group and of libwebp count; 0: not known
	MinBytes int64 // a file with fewer bytes is damaged
	Detail   any   // what the format's own functions want to know of it
}

// Size returns the size in pixels of the upright picture.
func (h *Header) Size() image.Point { return h.Turn(h.Stored) }

// Turn exchanges the sides of a size where the picture lies on its side: from stored to upright, and
// back.
func (h *Header) Turn(size image.Point) image.Point {
	if h.Orientation >= 5 && h.Orientation <= 8 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// A Picture is a decoded image as it lies in the file, with its upper left corner at (0,0).
type Picture struct {
	Image image.Image

	// Width and Height are how many of Image's pixels the original covers: one decoded at n/8 may end
	// within its last pixel. Zero means all of them.
	Width, Height float64

	// Luma and Chroma say how many of the 8 cosines of a block were decoded, per direction, for the
	// resampler. The zero Point means that they were not reduced.
	Luma, Chroma image.Point

	// Partial says that a part of the picture was missing or damaged, which only Options.Tolerant
	// allows.
	Partial bool

	// Release, if not nil, gives the memory of Image back for reuse.
	Release func()
}

// Color is what a file says of the colors of its pixels. At most one of Profile, CICP, SRGB, and
// Gamma with Primaries is set: the one that counts. The zero Color says nothing.
type Color struct {
	Space   Space  // of the pixels; a Profile of another space is ignored
	Profile []byte // ICC profile

	CICP *CICP // code points of ITU-T H.273

	Gamma     float64     // of the samples, such as 0.45455; 0 means that there is none
	Primaries *[8]float64 // x and y of white, red, green, blue (CIE 1931); nil means sRGB's
}

// CICP holds code points of ITU-T H.273.
type CICP struct {
	Primaries, Transfer, Matrix uint8
	FullRange                   bool
}

// A Space is the kind of a picture's pixels.
type Space uint8

// The spaces.
const (
	SpaceRGB Space = iota
	SpaceGray
	SpaceCMYK
)

// Frames are the pictures of an animation, one after the other, each composed on the whole canvas.
// They are for one goroutine.
type Frames interface {
	// LoopCount is as in package image/gif: -1 plays once, 0 for ever, n plays n+1 times.
	LoopCount() int

	// Next returns the next frame, or io.EOF after the last. The image is an *image.RGBA or an
	// *image.NRGBA; it is the canvas itself, which the next call changes.
	Next(ctx context.Context) (Frame, error)
}

// A Frame is one picture of an animation.
type Frame struct {
	Image   image.Image
	Delay   time.Duration // for which it is shown; 0 is left to the viewer
	Changed bool          // false if Image surely looks as it did after the call before
}
