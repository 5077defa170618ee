package codec

import (
	"context"
	"image"
	"io"
	"time"
)

// A Format implements one image format. Optional functions may be nil. A nil Color means sRGB. A nil
// Strip means that files are always re-encoded. A nil Frames means that the format has no animations.
//
// All functions are safe for concurrent use. They take allocations of more than [Free] bytes from the
// account of their context, and check the context as often as [Meter] does. Their errors match
// [ErrFormat], [ErrCorrupt], [ErrTooLarge], the context's error or, if they read from a [Reader], are a
// [ReadError]. Any other error counts as ErrCorrupt.
type Format struct {
	Name string // the name in errors and events, such as "jpeg"

	// Match reports whether a file is in this format. head holds the first 64 bytes of the file, or the
	// whole file if it is shorter.
	Match func(head []byte) bool

	// Header reads the metadata before the pixels. If r.Whole() is true, Header also reads the metadata
	// after the pixels. It sets all fields of the Header except Format and Peeked.
	Header func(ctx context.Context, r *Reader) (Header, error)

	// Memory returns an upper bound of the bytes that Decode takes from the account. The file itself is
	// not included.
	Memory func(h *Header, o Options) int64

	// Decode decodes the picture, or the first frame of an animation drawn on the whole canvas. data is
	// the whole file, and h is the Header that was read from it with r.Whole() true. Decode does not
	// modify data, but the picture may refer to data.
	Decode func(ctx context.Context, data []byte, h *Header, o Options) (*Picture, error)

	// Color returns the file's description of its colors. An invalid description counts as none.
	Color func(ctx context.Context, data []byte, h *Header) (Color, error)

	// Strip returns the file without its metadata, with the same encoded pixels. It returns nil if
	// viewers might show the stripped file differently.
	Strip func(data []byte, h *Header) []byte

	// Complete reports whether a file looks completely written. head holds its first bytes, and size is its
	// size in bytes. Complete reads only a few bytes. Nil means that a truncated file can't be recognized
	// this way.
	Complete func(head []byte, r io.ReaderAt, size int64) bool

	// Frames opens the animation of a file whose header has more than one frame.
	Frames func(ctx context.Context, data []byte, h *Header, o Options) (Frames, error)
}

// Options control decoding. The zero value decodes the whole picture at its original size.
type Options struct {
	// Least is the size in pixels, in stored orientation, to which the caller will scale the whole
	// picture down. The decoder may then return a smaller picture if the quality loss stays invisible:
	// a PSNR of 42 dB against a full decode, for the sharpest photographs. The zero Point asks for the
	// original size.
	Least image.Point

	// Tolerant makes Decode return a damaged picture if at least a tenth of its pixels can be decoded.
	// The missing pixels are mid-gray, or transparent if the picture has alpha.
	Tolerant bool

	// Inks converts a row of CMYK pixels to red, green and blue; it sets the fourth byte of a pixel to any value. dst and src may be the
	// same. A decoder uses it for CMYK with alpha, because there is no image type for that. Nil means (1-C)(1-K).
	Inks func(dst, src []byte)
}

// A Header is what an image declares before any pixel is decoded.
type Header struct {
	Format      *Format
	Stored      image.Point // size in pixels before Orientation is applied
	Orientation int         // EXIF orientation, 1 to 8; 1 is upright

	// FrameCount and FramePixels describe an animation. Header counts all frames only if r.Whole() is
	// true; 0 means not counted.
	FrameCount  int
	FramePixels int64 // number of pixels to process for all frames

	// Peeked means that the metadata after the pixels has not been read. That metadata may change the
	// orientation and add frames. The caller of Format.Header sets Peeked.
	Peeked bool

	// Profile is an upper bound of the size in bytes of the ICC profile that Color returns; 0 means no
	// profile. Described means that Color returns a profile or another color description. The engine
	// uses both to estimate memory.
	Profile   int64
	Described bool

	Palette bool // pixels are palette indices
	Quality int  // quality of a JPEG or a lossy WebP, 1 to 100, on the scale of libjpeg or libwebp; 0 means unknown
	// HalfChroma means that the chroma of a JPEG has half the resolution, in both directions.
	HalfChroma bool
	MinBytes   int64 // a file with fewer bytes is damaged
	Detail     any   // private data of the format
}

// Size returns the size in pixels of the upright picture.
func (h *Header) Size() image.Point { return h.Turn(h.Stored) }

// Turn converts a size from stored to upright orientation, or back. It swaps width and height if the
// orientation rotates by 90 or 270 degrees.
func (h *Header) Turn(size image.Point) image.Point {
	if h.Orientation >= 5 && h.Orientation <= 8 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// A Picture is a decoded image in stored orientation, with its upper left corner at (0,0).
type Picture struct {
	Image image.Image

	// Width and Height are the size of the original in pixels of Image. They may be fractions: a JPEG
	// decoded at n/8 may end inside the last pixel. Zero means the size of Image.
	Width, Height float64

	// Luma and Chroma are the numbers of DCT frequencies, out of 8 per direction, that were decoded. The
	// resampler uses them. The zero Point means all frequencies.
	Luma, Chroma image.Point

	// Partial means that some pixels were missing or damaged. Only a tolerant decode sets Partial.
	Partial bool

	// Surplus means that other data follows the pixels within their own stream, or that pixels of a GIF are beyond its
	// color table. Strict viewers refuse such a file, so its bytes never become a thumbnail.
	Surplus bool

	// Release, if not nil, returns the memory of Image for reuse.
	Release func()
}

// Color is a file's description of its colors. At most one of Profile, CICP, and Gamma with Primaries is
// set. If a file has several of them, the format's rules of precedence apply. A Color without any of them means sRGB.
type Color struct {
	Space   Space  // color space of the pixels; a Profile for another space is ignored
	Profile []byte // ICC profile

	CICP *CICP // code points of ITU-T H.273

	Gamma     float64     // encoding gamma of the samples, such as 0.45455; 0 means none
	Primaries *[8]float64 // x and y of white, red, green, blue (CIE 1931); nil means the primaries of sRGB

	Else *Color // the description that applies if this one is invalid or does not fit Space; its Space is ignored
}

// CICP holds code points of ITU-T H.273.
type CICP struct {
	Primaries, Transfer uint8
	FullRange           bool
}

// A Space is the color space of a picture's pixels.
type Space uint8

// The color spaces of stored pixels.
const (
	SpaceRGB Space = iota
	SpaceGray
	SpaceCMYK
)

// Frames iterates over the frames of an animation, each drawn on the whole canvas. Only one goroutine
// may use it.
type Frames interface {
	// LoopCount returns the loop count as package image/gif defines it: -1 plays once, 0 plays forever,
	// and n plays n+1 times.
	LoopCount() int

	// Next returns the next frame, or io.EOF after the last one. The image is the canvas itself, an
	// *image.RGBA or an *image.NRGBA. The next call of Next overwrites the image.
	Next(ctx context.Context) (Frame, error)
}

// A Frame is one picture of an animation.
type Frame struct {
	Image   image.Image
	Delay   time.Duration // display time; 0 leaves the choice to the viewer
	Changed bool          // false if Image is known to equal the image of the previous call; true if it may differ
	Surplus bool          // as in Picture
}
