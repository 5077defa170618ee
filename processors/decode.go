package processors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
	"github.com/rest-thumbnails/thumbnail/internal/colorspace"
)

// Decode decodes the image in data, whose header is h. Of an animation it decodes the first frame,
// composed on the whole canvas. The file's description of its colours, an ICC profile or chunks of
// PNG, is kept for the conversion to sRGB; if tones are as far from sRGB's as those of linear
// light, they are converted at once. If the description is broken, the colours are taken for sRGB.
//
// least, in pixels of the upright picture, is how small the whole will be made: see [MinDecode].
// The decoder may reduce the picture accordingly, as far as that costs no visible quality: 42 dB
// against a full decode, for the sharpest photographs. The zero Point asks for the original size.
//
// If the picture is damaged, truncated, or not as large as h says, the error matches [ErrCorrupt].
// If it uses an unsupported feature of its format, the error matches [ErrFormat]. When ctx ends,
// Decode returns its error soon, but not at once. Limits are not checked: see [Header.DecodeBytes].
//
// data must not be changed while the picture is in use.
func Decode(ctx context.Context, data []byte, h Header, least image.Point) (pic *Picture, err error) {
	defer func() {
		if p := recover(); p != nil { // in a decoder: that is a file it was not prepared for
			pic, err = nil, fmt.Errorf("decode %s: %w: %v", h.Format, ErrCorrupt, p)
		}
	}()
	if int64(len(data)) < h.least {
		return nil, fmt.Errorf("decode %s: %w: %d bytes are too few for %v pixels", h.Format, ErrCorrupt, len(data), h.stored)
	}
	if h.foreign != nil {
		return decodeForeign(ctx, data, h)
	}
	colours := colorspace.Of(h.Format, data)
	if colours.Far() && h.DecodeBytes(image.Point{}) <= max(h.DecodeBytes(least), cheap) {
		least = image.Point{} // because it is to be converted before it is scaled
	}
	pic, err = decode(ctx, data, h, least)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case isUnsupported(err):
		return nil, fmt.Errorf("decode %s: %w: %w", h.Format, ErrFormat, err)
	case err != nil:
		return nil, fmt.Errorf("decode %s: %w: %w", h.Format, ErrCorrupt, err)
	}
	pic.size, pic.orientation = h.Size, h.Orientation
	pic.header, pic.data = h, data
	pic.setColours(colours)
	return pic, nil
}

// cheap is memory in bytes that needs no admission.
const cheap = 4 << 20

// decode chooses the decoder by h alone, never by what image.RegisterFormat knows of the built-in
// formats: that depends on the order in which packages are initialised.
func decode(ctx context.Context, data []byte, h Header, least image.Point) (*Picture, error) {
	var img image.Image
	var err error
	switch h.Format {
	case "jpeg":
		return decodeJPEG(ctx, data, h, h.asStored(least))
	case "png":
		return decodePNG(ctx, data, h, h.asStored(least))
	case "gif":
		img, err = decodeGIF(ctx, data, h.stored)
	case "webp":
		return decodeWebP(ctx, data, h, h.asStored(least))
	case "bmp":
		img, err = decodeBMP(ctx, data, h.stored)
	case "tiff":
		img, err = tiff.Decode(bytes.NewReader(data)) // reads in any order
	default:
		img, _, err = image.Decode(&contextReader{ctx, data})
	}
	if err != nil {
		return nil, err
	}
	if size := img.Bounds().Size(); size != h.stored {
		return nil, fmt.Errorf("%v pixels where the header says %v", size, h.stored)
	}
	return newPicture(atOrigin(img)), nil
}

// atOrigin returns img with its upper left corner at (0,0).
func atOrigin(img image.Image) image.Image {
	b := img.Bounds()
	if b.Min == (image.Point{}) {
		return img
	}
	out := image.NewNRGBA64(image.Rectangle{Max: b.Size()})
	draw.Draw(out, out.Rect, img, b.Min, draw.Src)
	return out
}

func isUnsupported(err error) bool {
	var t tiff.UnsupportedError
	return errors.Is(err, jpeg.ErrUnsupported) || errors.Is(err, png.ErrUnsupported) || errors.As(err, &t) || errors.Is(err, bmp.ErrUnsupported) ||
		errors.Is(err, image.ErrFormat)
}

// A contextReader reads data until ctx ends, in small steps: a few bytes can keep a decoder busy
// for long.
type contextReader struct {
	ctx  context.Context
	data []byte
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 512)], r.data)
	r.data = r.data[n:]
	return n, nil
}
