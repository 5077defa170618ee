package processors

import (
	"context"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A Format decodes images in a format that this package does not support. Unlike a decoder that is
// registered with [image.RegisterFormat], a Format is explicit and belongs to one handler. It also provides
// what such a decoder cannot: the upright size, the orientation, the memory that decoding takes, and the
// colors.
//
// Name, Match, Header and Decode are required. Any number of goroutines may call the functions at once. An
// error that matches [ErrFormat] means that a feature of the format is not supported. The context's error
// and an error that matches [ErrTooLarge] are passed on. Any other error means that the image is damaged.
type Format struct {
	// Name is how errors and events name the format, such as "heic".
	Name string

	// Match reports whether an image that begins with head is in this format. head has the first 64 bytes,
	// or the whole image if it is shorter. Formats are tried in order, before the built-in formats.
	Match func(head []byte) bool

	// Header reads what an image declares, before any pixel is decoded. r is at the start of the image, and
	// is an [io.Seeker] if the source can seek. An error of r must be returned unchanged.
	Header func(ctx context.Context, r io.Reader) (FormatHeader, error)

	// Decode decodes a whole file. It must not modify data. The result has the size that Header returned; if
	// the orientation is 5 to 8, width and height are exchanged. It may be any image, such as *image.YCbCr,
	// *image.RGBA or *image.RGBA64. Decode takes large allocations from the account of ctx by [Reserve], and
	// returns soon after ctx ends.
	Decode func(ctx context.Context, data []byte) (image.Image, error)

	// Color returns the color description in a file. A nil Color means that the pixels are sRGB.
	Color func(ctx context.Context, data []byte) (FormatColor, error)

	// Start prepares for the first image, as [Starter.Start] does. A nil Start means that there is nothing to
	// prepare.
	Start func() error
}

// A FormatHeader has the properties that an image of a [Format] declares.
type FormatHeader struct {
	Width, Height int   // pixels, upright: after the orientation has been applied; at least 1
	Orientation   int   // EXIF orientation 1 to 8, which is applied after Decode; 0 means 1, upright
	Bytes         int64 // upper bound of the memory that Decode takes, in bytes, including its result; 0 means 8 per pixel
}

// FormatColor describes the colors of an image's pixels. The zero value means sRGB. A profile takes
// precedence over code points. A profile that is invalid, or is for another color model than that of the
// pixels, is ignored.
type FormatColor struct {
	Profile []byte // ICC profile
	CICP    *CICP
	Gray    bool // the pixels are gray, whatever their type, so a gray profile applies
}

// CICP holds code points of ITU-T H.273 for pixels that are already RGB.
type CICP struct {
	Primaries, Transfer uint8
}

// Reserve takes n bytes from the memory account of ctx. Call it before allocating them. If fewer bytes are
// left, the error matches [ErrTooLarge]. A context without an account has no limit.
func Reserve(ctx context.Context, n int64) error { return codec.AccountOf(ctx).Take(n) }

// Unreserve gives back n bytes taken by [Reserve], once they are no longer in use.
func Unreserve(ctx context.Context, n int64) { codec.AccountOf(ctx).Give(n) }

// ErrTooLarge is matched by the error for an image that needs more memory or work than allowed.
var ErrTooLarge = codec.ErrTooLarge

// A ContextEncoder is an Encoder that ends when a context does, and that takes its memory from the account
// of that context. The encoders of this package are ContextEncoders.
type ContextEncoder interface {
	EncodeContext(ctx context.Context, w io.Writer, img image.Image) error
}
