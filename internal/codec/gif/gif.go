// Package gif reads the frames of a GIF one after the other onto its screen, in memory that does
// not depend on their number, and writes animations (GIF89a specification, W3C; what it leaves open
// is done as browsers do).
package gif

import (
	"context"
	"fmt"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A structure is the structure of a GIF. It refers to the bytes that it was parsed from.
type structure struct {
	Screen    image.Point // the logical screen, in pixels, as the first frame enlarges it
	LoopCount int         // as in image/gif: -1 plays once, 0 for ever, n plays n+1 times
	Frames    []imageFrame

	flags   byte
	palette []byte // the global color table, three bytes a color
}

// screenOf returns the screen on which frames are drawn: as declared, but large enough for the whole
// of the first frame, as it is in browsers.
func screenOf(declared image.Point, first image.Rectangle) image.Point {
	return image.Pt(max(declared.X, first.Max.X), max(declared.Y, first.Max.Y))
}

// An imageFrame is one image of a GIF. Its pixels are still compressed.
type imageFrame struct {
	Rect     image.Rectangle // on the screen; may be empty, or reach beyond if it is not the first
	Delay    int             // 1/100 s
	Disposal disposal

	transparent int // the index that leaves a pixel as it is, or -1
	flags       byte
	palette     []byte // the local color table, or nil
	global      []byte
	data        []byte // minimum code size and whole sub-blocks, with the terminator unless cut
	cut         bool   // the file ends in data
}

// disposal says what becomes of a frame before the next one is drawn.
type disposal byte

const (
	disposalKeep       disposal = 1 // it stays; so it does at 0 and at values that have no meaning
	disposalBackground disposal = 2 // its rectangle becomes transparent
	disposalPrevious   disposal = 3 // its rectangle becomes what it was before
)

// Flags and labels.
const (
	hasTable     = 1 << 7
	isInterlaced = 1 << 6
	tableBits    = 7

	extension       = 0x21
	imageSeparator  = 0x2c
	trailer         = 0x3b
	graphicControl  = 0xf9
	applicationData = 0xff
)

// parse reads the structure of a GIF up to its end, or to the end of as many frames as limit says.
// It decodes no pixels.
//
// An error comes with the frames before it. It is io.ErrUnexpectedEOF for a file that is cut off
// within a block. One that ends between blocks without a trailer, or goes on with something that is
// no block, has simply ended.
func parse(data []byte, limit int) (*structure, error) {
	w, err := open(codec.NewBytesReader(context.Background(), data), data)
	if err != nil {
		return &structure{LoopCount: -1}, err
	}
	f := &structure{flags: w.flags, palette: w.palette}
	for len(f.Frames) < limit {
		frame, ok, err := w.next()
		if err == nil && ok {
			if err = w.data(&frame); err == nil && frame.cut {
				err = io.ErrUnexpectedEOF
			}
		}
		if err != nil || !ok {
			f.Screen, f.LoopCount = w.screen, w.loopCount
			return f, err
		}
		f.Frames = append(f.Frames, frame)
	}
	f.Screen, f.LoopCount = w.screen, w.loopCount
	return f, nil
}

// black is the table of a frame that has none, as it is in browsers.
var black [3 * 256]byte

// colors returns the table that counts.
func (f *imageFrame) colors() []byte {
	switch {
	case f.flags&hasTable != 0:
		return f.palette
	case len(f.global) > 0:
		return f.global
	}
	return black[:]
}

var (
	errCodeSize = fmt.Errorf("%w: a code size beyond 2 to 8", codec.ErrCorrupt)
	errPixel    = fmt.Errorf("%w: a pixel beyond the color table", codec.ErrCorrupt)
	errSize     = fmt.Errorf("%w: a frame far larger than the screen", codec.ErrCorrupt)
	errEnd      = fmt.Errorf("%w: pixels are missing: %w", codec.ErrCorrupt, io.ErrUnexpectedEOF)
	errNoFrame  = fmt.Errorf("%w: no frame", codec.ErrCorrupt)
	errNoGIF    = fmt.Errorf("%w: cut off: %w", codec.ErrCorrupt, io.ErrUnexpectedEOF)
)
