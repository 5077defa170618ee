// Package gif reads the frames of a GIF and draws them one by one on the screen; its memory does not depend on the number of frames. It
// also writes animations.
//
// Source: the GIF89a specification (CompuServe, 1990). Where it leaves a choice, the package follows browsers.
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
	Screen    image.Point // the logical screen in pixels, enlarged to contain the first frame
	LoopCount int         // as in image/gif: -1 means once, 0 means forever, and n means n+1 times
	Frames    []imageFrame

	flags   byte
	palette []byte // the global color table, three bytes per color
}

// screenOf returns the screen on which frames are drawn. As in browsers, it is enlarged to contain the first frame.
func screenOf(declared image.Point, first image.Rectangle) image.Point {
	return image.Pt(max(declared.X, first.Max.X), max(declared.Y, first.Max.Y))
}

// An imageFrame is one image of a GIF. Its pixels are still compressed.
type imageFrame struct {
	Rect     image.Rectangle // on the screen; may be empty; may reach beyond the screen, except for the first frame
	Delay    int             // 1/100 s
	Disposal disposal

	transparent int // index of the color that leaves a pixel as it is, or -1
	flags       byte
	palette     []byte // the local color table, or nil
	global      []byte
	data        []byte // minimum code size and sub-blocks; the terminator may be missing if cut is true
	cut         bool   // the file ends inside data
}

// disposal says what happens to a frame before the next frame is drawn.
type disposal byte

const (
	disposalKeep       disposal = 1 // the frame stays; 0 and undefined values mean the same
	disposalBackground disposal = 2 // the rectangle of the frame becomes transparent
	disposalPrevious   disposal = 3 // the pixels in the rectangle of the frame are restored
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

// parse reads the structure of a GIF, up to its end or up to limit frames. It does not decode pixels.
//
// With an error, parse also returns the frames before it. The error is io.ErrUnexpectedEOF if the file ends inside a block. It is not an
// error if the file ends between blocks without a trailer, or if something follows that is not a block.
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

// black is the color table of a file without color tables, as in browsers.
var black [3 * 256]byte

// colors returns the color table that applies to f.
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
	errCodeSize = fmt.Errorf("%w: a code size outside 1 to 8", codec.ErrCorrupt)
	errCode     = fmt.Errorf("%w: invalid LZW code", codec.ErrCorrupt)
	errSize     = fmt.Errorf("%w: a frame far larger than the screen", codec.ErrCorrupt)
	errEnd      = fmt.Errorf("%w: pixels are missing: %w", codec.ErrCorrupt, io.ErrUnexpectedEOF)
	errNoFrame  = fmt.Errorf("%w: no frame", codec.ErrCorrupt)
	errNoGIF    = fmt.Errorf("%w: the file is cut off: %w", codec.ErrCorrupt, io.ErrUnexpectedEOF)
)
