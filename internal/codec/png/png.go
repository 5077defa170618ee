// Package png decodes PNG files row by row, so that a picture can be shrunk while it is read and
// memory follows its width and not its area, and encodes them as small as is cheap.
//
// All of "Portable Network Graphics (PNG) Specification (Third Edition)", W3C 2025, that concerns
// the samples of the still picture is decoded: every color type, depth and filter, Adam7 and tRNS.
// What concerns color spaces and orientation (iCCP, gAMA, cHRM, sRGB, cICP, eXIf) and animation is
// the caller's. Section numbers in comments are of that document.
package png

import (
	"context"
	"errors"
	"fmt"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// ErrCorrupt matches (errors.Is) the error for a file that breaks the format, or that ends too early,
// and ErrUnsupported the one for a color type, depth or method that the standard does not have.
var ErrCorrupt, ErrUnsupported = codec.ErrCorrupt, codec.ErrFormat

func corrupt(what string) error { return fmt.Errorf("%w: %s", codec.ErrCorrupt, what) }

func isDamage(err error) bool { return errors.Is(err, codec.ErrCorrupt) }

func unsupported(what string, v ...any) error {
	return fmt.Errorf("%w: %s", codec.ErrFormat, fmt.Sprintf(what, v...))
}

// ColorType is how samples make a pixel (11.2.1).
type ColorType uint8

const (
	Gray      ColorType = 0
	RGB       ColorType = 2
	Indexed   ColorType = 3
	GrayAlpha ColorType = 4
	RGBA      ColorType = 6
)

// Header is what a file says about itself before its pixels.
type Header struct {
	Width, Height int // pixels; never 0
	Depth         int // bits per sample: 1, 2, 4, 8 or 16
	Color         ColorType
	Interlaced    bool // by Adam7
	Transparent   bool // some pixels may be: there is an alpha channel or a tRNS chunk
}

// ReadHeader reads the chunks before the first IDAT. Pixels are not looked at, and nothing is
// allocated for them.
func ReadHeader(data []byte) (Header, error) {
	var f file
	w, err := f.open(codec.NewBytesReader(context.Background(), data))
	if err != nil {
		return f.Header, err
	}
	_, ok, err := f.chunks(w, nil)
	switch {
	case err == nil && !ok:
		err = corrupt("no pixels")
	case err == nil:
		err = f.damage
	}
	return f.Header, err
}
