// Package png decodes and encodes PNG files. The decoder works row by row and shrinks a picture while
// reading it, so memory grows with the width of the picture, not with its area. The encoder favors small
// files among the methods that take little time.
//
// The package decodes every color type, bit depth and filter, Adam7, tRNS and APNG. It reads the
// color description (iCCP, gAMA, cHRM, sRGB, cICP) and the orientation (eXIf) and returns them; the
// caller applies them. Section numbers in comments are those of "Portable Network Graphics (PNG)
// Specification (Third Edition)", W3C 2025, unless another document is named.
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

// colorType is the color type of IHDR: the kinds of samples that form a pixel (11.2.1).
type colorType uint8

const (
	colorGray      colorType = 0
	colorRGB       colorType = 2
	colorIndexed   colorType = 3
	colorGrayAlpha colorType = 4
	colorRGBA      colorType = 6
)

// pictureHeader describes the still picture, from the chunks before its pixels.
type pictureHeader struct {
	Width, Height int // pixels; never 0
	Depth         int // bits per sample: 1, 2, 4, 8 or 16
	Color         colorType
	Interlaced    bool // by Adam7
	Transparent   bool // some pixels may be transparent: there is an alpha channel or a tRNS chunk
}

// headerOf reads the chunks before the first IDAT. It does not read pixels or allocate memory for them.
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
