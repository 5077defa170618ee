package processors

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
)

// A Header is what an image declares before any pixel is decoded.
type Header struct {
	Format      string      // "jpeg", "png", "gif", "webp", "bmp", "tiff", or the name given to image.RegisterFormat
	Size        image.Point // pixels, upright: after the orientation has been applied
	Orientation int         // EXIF's 1 to 8, which Decode undoes; 1 is upright. XMP is not read

	stored  image.Point // pixels, as they lie in the file
	jpeg    jpeg.Header // of a JPEG
	streams bool        // it can be shrunk row by row while it is decoded
	frames  int         // of a GIF, up to MaxFrames+1; 0: not counted
	pixels  int64       // of all these
	bits    int64       // memory per pixel while decoding, in bits
	least   int64       // bytes that the compressed pixels take at the very least

	foreign      *Format // of somebody else, or nil
	foreignBytes int64   // memory that its Decode takes
}

// headerParsers know the built-in formats by their first bytes. A '?' stands for any byte.
var headerParsers = []struct {
	format, magic string
	parse         func(*scanner, *Header) error
}{
	{"jpeg", "\xff\xd8", parseJPEG},
	{"png", "\x89PNG\r\n\x1a\n", parsePNG},
	{"gif", "GIF87a", parseGIF},
	{"gif", "GIF89a", parseGIF},
	{"webp", "RIFF????WEBPVP8", parseWebP},
	{"bmp", "BM????\x00\x00\x00\x00", parseBMP},
	{"tiff", "II\x2a\x00", parseTIFF},
	{"tiff", "MM\x00\x2a", parseTIFF},
}

// DecodeHeader reads the header of the image that r begins with. The content tells the format.
// Sizes are reported as declared, however large: limits are the caller's. It does not notice a file
// that is truncated after its header.
//
// It reads as far as it must to be certain of the orientation, which in some formats may follow the
// pixels, and of the number of frames, and up to 1 KiB ahead; what lies between is skipped by
// seeking if r is an [io.Seeker]. r's position is unspecified afterwards.
//
// The error matches [ErrFormat], [ErrCorrupt], or r's own.
func DecodeHeader(r io.Reader) (Header, error) { return readHeader(newScanner(r)) }

// PeekHeader is like [DecodeHeader] but never reads past the pixels, for readers where that is
// expensive. The orientation of a PNG or WebP and the frame count of a GIF may follow the pixels,
// so the sides of Size may be swapped and AnimationBytes is 0. Everything else is certain.
func PeekHeader(r io.Reader) (Header, error) {
	s := newScanner(r)
	s.peeking = true
	return readHeader(s)
}

func readHeader(s *scanner) (Header, error) {
	start, err := s.peek(16)
	if err != nil {
		return Header{}, fmt.Errorf("read image header: %w", err)
	}
	for _, f := range headerParsers {
		if !matches(start, f.magic) {
			continue
		}
		h := Header{Format: f.format, Orientation: 1}
		if err := f.parse(s, &h); err != nil {
			return Header{}, headerError(f.format, err)
		}
		return h.upright()
	}
	return registeredHeader(s)
}

func matches(b []byte, magic string) bool {
	if len(b) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != b[i] {
			return false
		}
	}
	return true
}

func headerError(format string, err error) error {
	var read errRead
	switch {
	case errors.As(err, &read), errors.Is(err, ErrFormat):
		return fmt.Errorf("read %s header: %w", format, err)
	default: // also io.ErrUnexpectedEOF: cut off
		return fmt.Errorf("read %s header: %w: %w", format, ErrCorrupt, err)
	}
}

// upright sets the size as seen from the size as stored.
func (h Header) upright() (Header, error) {
	if h.stored.X < 1 || h.stored.Y < 1 {
		return Header{}, fmt.Errorf("read %s header: %w: a size of %v", h.Format, ErrCorrupt, h.stored)
	}
	h.Size = h.asStored(h.stored)
	return h, nil
}

// registeredHeader tries what the program has registered with image.RegisterFormat.
func registeredHeader(s *scanner) (h Header, err error) {
	defer func() {
		if p := recover(); p != nil {
			h, err = Header{}, fmt.Errorf("read image header: %w: %v", ErrCorrupt, p)
		}
	}()
	config, format, err := image.DecodeConfig(s.buf)
	switch {
	case s.src.err != nil:
		return Header{}, fmt.Errorf("read image header: %w", errRead{s.src.err})
	case errors.Is(err, image.ErrFormat):
		return Header{}, fmt.Errorf("read image header: %w", ErrFormat)
	case err != nil:
		return Header{}, headerError(format, err)
	}
	h = Header{Format: format, Orientation: 1, stored: image.Pt(config.Width, config.Height), bits: 2 * 32}
	if config.ColorModel == color.RGBA64Model || config.ColorModel == color.NRGBA64Model {
		h.bits = 2 * 64
	}
	return h.upright()
}

// asStored exchanges the sides of a size where the picture lies on its side.
func (h Header) asStored(size image.Point) image.Point {
	if transposes(h.Orientation) {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// DecodeBytes returns the memory in bytes, estimated to the safe side, that [Decode] with the same
// least takes for its buffers and its result, and [Picture.Apply] for what it makes of that on the
// way to the thumbnail. It is at least 1.
func (h Header) DecodeBytes(least image.Point) int64 {
	const fixed, margin = 256 << 10, 32 // tables; a row or column of MCUs, tiles, interlaced lines
	if h.foreign != nil {
		return h.foreignBytes + 8*int64(h.stored.X) + fixed
	}
	if h.Format == "jpeg" {
		options := jpegOptions(h.jpeg, h.asStored(least))
		n := int64(options.Scale)
		bytes := h.jpeg.Memory(options) + int64(h.stored.X)*64 // and a few rows
		if h.Orientation != 1 {                                // turned, and perhaps brought to 4:4:4 for that
			bytes += 2 * int64(h.jpeg.Components) * (int64(h.stored.X)*n/8 + 1) * (int64(h.stored.Y)*n/8 + 1)
		}
		return bytes + fixed
	}
	if small := h.shrunk(h.asStored(least)); small != (image.Point{}) {
		return 8*int64(small.X)*int64(small.Y) + 160*int64(h.stored.X) + fixed // and a few rows
	}
	hi, pixels := bits.Mul64(uint64(h.stored.X)+margin, uint64(h.stored.Y)+margin)
	over, total := bits.Mul64(pixels, uint64(h.bits))
	if hi != 0 || over != 0 || total/8 > math.MaxInt64-fixed {
		return math.MaxInt64
	}
	return int64(total/8) + fixed
}

// shrunk returns the size to which a picture is shrunk while it is decoded, row by row, so that
// memory follows its width: that which the whole is scaled to, so that the crop which follows finds
// its pixels made. It is the zero Point if the picture is decoded whole.
func (h Header) shrunk(least image.Point) image.Point {
	if !h.streams || least == (image.Point{}) || 2*least.X > h.stored.X || 2*least.Y > h.stored.Y {
		return image.Point{}
	}
	return least
}
