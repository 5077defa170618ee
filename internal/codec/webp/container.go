package webp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// Flags of the chunk "VP8X".
const (
	flagAnimated = 1 << 1
	flagEXIF     = 1 << 3
	flagAlpha    = 1 << 4
	flagProfile  = 1 << 5
)

// maxFrames is the maximum number of frames that are counted. It is one more than an animation may have.
const maxFrames = 10_001

// A container describes the chunks of a file. It is the Header.Detail of a WebP file.
type container struct {
	extended bool // the file has a "VP8X" chunk, which sets the flags
	flags    byte
	canvas   image.Point
	first    frame // the first frame, or the still picture
	animated bool
	frames   int   // number of frames that begin in the part of the file that was read
	profile  chunk // "ICCP"
}

// A frame is a still picture, or a part of an animation (WebP Container Specification, "Extended File
// Format").
type frame struct {
	at, size image.Point // on the canvas, in pixels
	delay    time.Duration
	blend    bool // alpha-blend the frame over the canvas; else overwrite the canvas
	dispose  bool // clear the frame's rectangle after display
	alpha    bool // the frame may have transparent pixels

	alphaChunk chunk // "ALPH"; its id is empty if there is none
	image      chunk // "VP8 " or "VP8L"; its id is empty if there is none
}

// empty reports whether a lossless picture has a size but no pixel data. The shortest prefix codes take 23 bits after
// the 5 bytes of the header. Browsers show such a picture as an empty one.
func (f *frame) empty() bool { return f.lossless() && f.image.size < 8 }

func (f *frame) lossless() bool            { return f.image.id == "VP8L" }
func (f *frame) rect() image.Rectangle     { return image.Rectangle{f.at, f.at.Add(f.size)} }
func (f *frame) covers(c image.Point) bool { return f.at == image.Point{} && f.size == c }

var (
	errNoPixels = errors.New("webp: no picture")
	errOutside  = errors.New("webp: a frame extends beyond the canvas")
)

func readHeader(_ context.Context, r *codec.Reader) (codec.Header, error) {
	h := codec.Header{Orientation: 1}
	f, err := readContainer(r, &h)
	if err != nil {
		return h, err
	}
	h.Stored, h.Detail = f.canvas, f
	h.MinBytes = f.first.image.at + 1
	if f.animated && r.Whole() {
		h.FrameCount = max(f.frames, 1)
		h.FramePixels = int64(h.FrameCount) * int64(f.canvas.X) * int64(f.canvas.Y)
	}
	if f.canvas.X < 1 || f.canvas.Y < 1 {
		return h, fmt.Errorf("webp: invalid canvas size %v", f.canvas)
	}
	return h, nil
}

// readContainer reads the chunks up to the picture or the first frame. If r.Whole() is true it reads all chunks.
func readContainer(r *codec.Reader, h *codec.Header) (*container, error) {
	f := &container{}
	w := walk(r)
	for {
		c, err := w.chunk()
		if err == nil {
			err = f.take(w, c, h)
		}
		if err == nil && (f.found() && !f.more(r) || f.frames >= maxFrames) {
			return f, nil
		}
		if err == nil {
			err = w.pass(c)
		}
		switch {
		case err == io.EOF && f.found():
			return f, nil
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
	}
}

// found reports whether the picture or the first frame has been found.
func (f *container) found() bool { return f.first.image.id != "" }

// more reports whether the rest of the file may hold a chunk that is needed.
func (f *container) more(r *codec.Reader) bool {
	return r.Whole() && (f.animated || f.flags&flagEXIF != 0 || f.flags&flagProfile != 0 && f.profile.id == "")
}

// take reads chunk c if it is needed.
func (f *container) take(w *walker, c chunk, h *codec.Header) error {
	switch c.id {
	case "VP8X":
		if f.extended || f.found() {
			return nil
		}
		return f.readExtended(w.r, c)
	case "ICCP":
		if f.profile.id == "" && f.flags&flagProfile != 0 { // without its flag, it does not count in browsers, either
			f.profile = c
			h.Profile, h.Described = c.size, true
		}
	case "ALPH":
		if f.extended && !f.found() {
			f.first.alphaChunk = c
		}
	case "VP8 ", "VP8L":
		if f.found() || f.animated {
			return nil
		}
		return f.readStill(w.r, c, h)
	case "ANMF":
		if !f.extended || f.found() && !f.animated {
			return nil
		}
		return f.countFrame(w, c)
	case "EXIF":
		if f.flags&flagEXIF == 0 { // without its flag, the chunk does not count in other readers, either
			return nil
		}
		b, err := w.r.Peek(int(min(c.size, 1<<20)))
		if err != nil {
			return err
		}
		h.Orientation = exif.Orientation(b)
		f.flags &^= flagEXIF // only the first EXIF chunk is read
	}
	return nil
}

func (f *container) readExtended(r *codec.Reader, c chunk) error {
	if c.size < 10 {
		return errors.New("webp: the VP8X chunk is too short")
	}
	b, err := r.Block(10)
	if err != nil {
		return err
	}
	f.extended, f.flags = true, b[0]
	f.canvas = image.Pt(int(uint24(b[4:]))+1, int(uint24(b[7:]))+1)
	return nil
}

// readStill reads the size of the still picture in c, which is also the size of the canvas.
func (f *container) readStill(r *codec.Reader, c chunk, h *codec.Header) error {
	size, alpha, err := bitstreamSize(r, c)
	if err != nil {
		return err
	}
	if c.id == "VP8 " {
		b, err := r.Peek(int(min(c.size, qualityBytes)))
		if err != nil {
			return err
		}
		h.Quality = qualityOf(b)
	}
	if !f.extended {
		f.canvas = size
	} else {
		alpha = alpha || f.flags&flagAlpha != 0 // without the flag, browsers show the alpha of "VP8L", but not that of "ALPH"
	}
	if size != f.canvas {
		return fmt.Errorf("webp: %v pixels on a canvas of %v", size, f.canvas)
	}
	f.first.size, f.first.image, f.first.alpha = size, c, alpha && (c.id == "VP8L" || f.first.alphaChunk.id != "")
	return nil
}

// countFrame counts the frame in c, even if the file ends in it, and stores the first frame.
func (f *container) countFrame(w *walker, c chunk) error {
	f.animated = true
	fr, err := f.readFrame(w, c)
	if w.isEmptyFrame(c, err) {
		return nil
	}
	if !f.found() {
		if err != nil {
			return err
		}
		f.first = fr
	}
	if w.r.Whole() {
		f.frames++
	}
	return nil
}

// isEmptyFrame reports whether err of readFrame means that the "ANMF" chunk c is complete, but has no picture. Browsers skip such frames.
func (w *walker) isEmptyFrame(c chunk, err error) bool {
	if err != errNoPixels || w.r.SeekTo(c.at+c.size-1) != nil {
		return false
	}
	last, err := w.r.Peek(1)
	return err == nil && len(last) == 1
}

// readFrame reads the frame header in an "ANMF" chunk and finds the chunks of the frame. The size of the frame is that of
// its picture, and the frame has the alpha of its picture, as in browsers, whatever the headers say.
func (f *container) readFrame(w *walker, c chunk) (fr frame, err error) {
	if err := w.r.SeekTo(c.at); err != nil {
		return fr, err
	}
	if c.size < 16 {
		return fr, io.ErrUnexpectedEOF
	}
	b, err := w.r.Block(16)
	if err != nil {
		return fr, err
	}
	fr.at = image.Pt(2*int(uint24(b)), 2*int(uint24(b[3:])))
	fr.delay = time.Duration(uint24(b[12:])) * time.Millisecond
	fr.dispose, fr.blend = b[15]&1 != 0, b[15]&2 == 0
	for sub := w.inside(c, 16); ; {
		c, err := sub.chunk()
		if err == io.EOF {
			return fr, errNoPixels
		}
		if err != nil {
			return fr, err
		}
		switch c.id {
		case "ALPH":
			fr.alphaChunk = c
		case "VP8 ", "VP8L":
			size, alpha, err := bitstreamSize(w.r, c)
			if fr.size = size; err == nil && !fr.rect().In(image.Rectangle{Max: f.canvas}) {
				err = errOutside
			}
			fr.image = c
			if c.id == "VP8 " {
				fr.alpha = fr.alphaChunk.id != ""
			} else {
				fr.alpha = alpha || f.flags&flagAlpha != 0
			}
			return fr, err
		}
		if err := sub.pass(c); err != nil {
			return fr, err
		}
	}
}

// bitstreamSize reads the size of the picture in a "VP8 " or "VP8L" chunk, and whether the bitstream declares alpha
// (RFC 6386, 9.1; RFC 9649, 3.4).
func bitstreamSize(r *codec.Reader, c chunk) (size image.Point, alpha bool, err error) {
	b, err := r.Peek(int(min(c.size, 10)))
	if err != nil {
		return size, false, err
	}
	if c.id == "VP8L" {
		return losslessSize(b)
	}
	var d decoder
	err = d.frameHeader(b)
	return image.Pt(d.width, d.height), false, err
}

// losslessSize reads the header of a lossless picture.
func losslessSize(b []byte) (size image.Point, alpha bool, err error) {
	if len(b) < 5 {
		return size, false, errShort
	}
	v := binary.LittleEndian.Uint32(b[1:])
	if b[0] != 0x2f || v>>29 != 0 {
		return size, false, errors.New("webp: invalid header of a lossless picture")
	}
	return image.Pt(int(v&0x3fff)+1, int(v>>14&0x3fff)+1), v>>28&1 != 0, nil
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
