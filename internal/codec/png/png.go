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

func corrupt(what string) error { return fmt.Errorf("%w: %s", codec.ErrCorrupt, what) }

func isDamage(err error) bool { return errors.Is(err, codec.ErrCorrupt) }

func unsupported(what string, v ...any) error {
	return fmt.Errorf("%w: %s", codec.ErrFormat, fmt.Sprintf(what, v...))
}

// colorType is how samples make a pixel (11.2.1).
type colorType uint8

const (
	colorGray      colorType = 0
	colorRGB       colorType = 2
	colorIndexed   colorType = 3
	colorGrayAlpha colorType = 4
	colorRGBA      colorType = 6
)

// pictureHeader is what a file says about itself before its pixels.
type pictureHeader struct {
	Width, Height int // pixels; never 0
	Depth         int // bits per sample: 1, 2, 4, 8 or 16
	Color         colorType
	Interlaced    bool // by Adam7
	Transparent   bool // some pixels may be: there is an alpha channel or a tRNS chunk
}

// headerOf reads the chunks before the first IDAT. Pixels are not looked at, and nothing is
// allocated for them.
func headerOf(data []byte) (pictureHeader, error) {
	var f file
	w, err := f.open(codec.NewBytesReader(context.Background(), data))
	if err != nil {
		return f.pictureHeader, err
	}
	_, ok, err := f.chunks(w, nil)
	switch {
	case err == nil && !ok:
		err = corrupt("no pixels")
	case err == nil:
		err = f.damage
	}
	return f.pictureHeader, err
}
