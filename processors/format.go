package processors

import (
	"context"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A Format decodes images of a kind that this package does not know. Unlike a decoder that is
// registered with [image.RegisterFormat] it is explicit, one handler's own, and it says what such a
// decoder cannot: the upright size, the orientation, the memory that decoding takes, and the colors.
//
// Name, Match, Header and Decode are required. All functions may be called by any number of
// goroutines at once. An error that matches [ErrFormat] means that a feature of the format is not
// supported; the context's error and one that matches [ErrTooLarge] are passed on; any other error
// means that the image is damaged.
type Format struct {
	// Name is how errors and events name the format, such as "heic".
	Name string

	// Match reports whether an image that begins with head is in this format. head has the first 64
	// bytes, or all there are. Formats are asked in their order, before the built-in ones.
	Match func(head []byte) bool

	// Header reads what an image declares before any pixel is decoded. r stands at the start and is an
	// [io.Seeker] where the source can seek. An error of r is returned as it is.
	Header func(ctx context.Context, r io.Reader) (FormatHeader, error)

	// Decode decodes a whole file, which it must not modify. The result has the size that Header
	// returned, or, if the orientation is 5 to 8, that size with its sides exchanged. It may be any
	// image, such as *image.YCbCr, *image.RGBA or *image.RGBA64. Decode takes large allocations from the
	// account of ctx by [Reserve], and returns soon after ctx ends.
	Decode func(ctx context.Context, data []byte) (image.Image, error)

	// Color returns what a file says of its colors. Nil means that they are sRGB.
	Color func(ctx context.Context, data []byte) (FormatColor, error)
}

// A FormatHeader is what an image of a [Format] declares.
type FormatHeader struct {
	Width, Height int   // pixels, upright: after the orientation has been applied; at least 1
	Orientation   int   // EXIF's 1 to 8, which is undone after Decode; 0 means 1, upright
	Bytes         int64 // memory in bytes that Decode takes at most, its result included; 0 means 8 per pixel
}

// FormatColor is what an image says of the colors of its pixels. The zero value means sRGB. A profile
// counts before code points; one that is broken, or for other pixels, is ignored.
type FormatColor struct {
	Profile []byte // ICC profile
	CICP    *CICP
	Gray    bool // the pixels are gray, whatever their type, so a profile for gray fits
}

// CICP holds code points of ITU-T H.273 for pixels that are RGB already.
type CICP struct {
	Primaries, Transfer uint8
}

// Reserve takes n bytes from the memory account of ctx, before they are allocated. If fewer are left,
// the error matches [ErrTooLarge]. A context without an account has no limit.
func Reserve(ctx context.Context, n int64) error { return codec.AccountOf(ctx).Take(n) }

// Unreserve gives back n bytes that were taken by [Reserve], once they are no longer in use.
func Unreserve(ctx context.Context, n int64) { codec.AccountOf(ctx).Give(n) }

// ErrTooLarge is matched by the error for an image that needs more memory or work than it may.
var ErrTooLarge = codec.ErrTooLarge

// A ContextEncoder is an Encoder that ends when a context does, and takes its memory from the account
// of that context. The encoders of this package are.
type ContextEncoder interface {
	EncodeContext(ctx context.Context, w io.Writer, img image.Image) error
}

// A MemoryEstimator is a ContextEncoder that takes more from the account than 28 bytes for each pixel.
// EncodeMemory returns how many bytes it takes at most for a picture of that size, in pixels.
type MemoryEstimator interface {
	EncodeMemory(width, height int) int64
}
