// Package gif reads the frames of a GIF one after the other onto its screen, in memory that does
// not depend on their number, and writes animations (GIF89a specification, W3C; what it leaves open
// is done as browsers do).
package gif

import (
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// A File is the structure of a GIF. It refers to the bytes that it was parsed from.
type File struct {
	Screen    image.Point // the logical screen, in pixels, as the first frame enlarges it
	LoopCount int         // as in image/gif: -1 plays once, 0 for ever, n plays n+1 times
	Frames    []Frame

	flags   byte
	palette []byte // the global colour table, three bytes a colour
}

// Screen returns the screen on which frames are drawn: as declared, but large enough for the whole
// of the first frame, as it is in browsers.
func Screen(declared image.Point, first image.Rectangle) image.Point {
	return image.Pt(max(declared.X, first.Max.X), max(declared.Y, first.Max.Y))
}

// A Frame is one image of a GIF. Its pixels are still compressed.
type Frame struct {
	Rect     image.Rectangle // on the screen; may be empty, or reach beyond if it is not the first
	Delay    int             // 1/100 s
	Disposal Disposal

	transparent int // the index that leaves a pixel as it is, or -1
	flags       byte
	palette     []byte // the local colour table, or nil
	global      []byte
	data        []byte // minimum code size and whole sub-blocks, with the terminator
}

// Disposal says what becomes of a frame before the next one is drawn.
type Disposal byte

const (
	Keep       Disposal = 1 // it stays; so it does at 0 and at values that have no meaning
	Background Disposal = 2 // its rectangle becomes transparent
	Previous   Disposal = 3 // its rectangle becomes what it was before
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

// Parse reads the structure of a GIF up to its end, or to the end of as many frames as limit says.
// It decodes no pixels. That data begins as a GIF does, with six bytes that Parse steps over, is
// the caller's to see to.
//
// An error comes with the frames before it. It is io.ErrUnexpectedEOF for a file that is cut off
// within a block. One that ends between blocks without a trailer, or goes on with something that is
// no block, has simply ended.
func Parse(data []byte, limit int) (*File, error) {
	s := &scan{data: data}
	f := &File{LoopCount: -1}
	head := s.take(13)
	if head == nil {
		return f, s.err
	}
	f.Screen = image.Pt(int(binary.LittleEndian.Uint16(head[6:])), int(binary.LittleEndian.Uint16(head[8:])))
	f.flags = head[10]
	f.palette = s.table(f.flags)
	control := Frame{transparent: -1}
	for s.err == nil && len(s.data) > 0 && len(f.Frames) < limit {
		switch s.take(1)[0] {
		case extension:
			f.extension(s, &control)
		case imageSeparator:
			if control.image(s, f); s.err == nil {
				if len(f.Frames) == 0 {
					f.Screen = Screen(f.Screen, control.Rect)
				}
				f.Frames = append(f.Frames, control)
			}
			control = Frame{transparent: -1}
		default: // the trailer, or what takes its place
			return f, s.err
		}
	}
	return f, s.err
}

// extension reads what concerns the next frame, or the whole animation.
func (f *File) extension(s *scan, control *Frame) {
	label := s.take(1)
	if label == nil {
		return
	}
	first := s.block()
	switch {
	case label[0] == graphicControl && len(first) >= 4:
		*control = Frame{Disposal: Disposal(first[0] >> 2 & 7), Delay: int(binary.LittleEndian.Uint16(first[1:])), transparent: -1}
		if control.Disposal == 4 { // an old mistake in a specification, which browsers forgive
			control.Disposal = Previous
		}
		if first[0]&1 != 0 {
			control.transparent = int(first[3])
		}
	case label[0] == applicationData && (string(first) == "NETSCAPE2.0" || string(first) == "ANIMEXTS1.0"):
		for first = s.block(); len(first) > 0; first = s.block() {
			if first[0] == 1 && len(first) >= 3 {
				f.LoopCount = int(binary.LittleEndian.Uint16(first[1:]))
			}
		}
		return
	}
	for len(first) > 0 {
		first = s.block()
	}
}

// image reads an image descriptor and what belongs to it.
func (f *Frame) image(s *scan, file *File) {
	b := s.take(9)
	if b == nil {
		return
	}
	at := image.Pt(int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:])))
	size := image.Pt(int(binary.LittleEndian.Uint16(b[4:])), int(binary.LittleEndian.Uint16(b[6:])))
	f.Rect = image.Rectangle{Min: at, Max: at.Add(size)}
	f.flags = b[8]
	f.palette, f.global = s.table(f.flags), file.palette
	start := s.data
	s.take(1)
	for len(s.block()) > 0 {
	}
	f.data = start[:len(start)-len(s.data)]
}

// black is the table of a frame that has none, as it is in browsers.
var black [3 * 256]byte

// colours returns the table that counts.
func (f *Frame) colours() []byte {
	switch {
	case f.flags&hasTable != 0:
		return f.palette
	case len(f.global) > 0:
		return f.global
	}
	return black[:]
}

// A scan goes through the bytes of a file. After an error it returns nothing more.
type scan struct {
	data []byte
	err  error
}

// take returns the next n bytes, or nil.
func (s *scan) take(n int) []byte {
	if s.err != nil || len(s.data) < n {
		s.err = io.ErrUnexpectedEOF
		return nil
	}
	b := s.data[:n]
	s.data = s.data[n:]
	return b
}

// block returns the next sub-block, which is empty at the end of a sequence.
func (s *scan) block() []byte {
	n := s.take(1)
	if n == nil {
		return nil
	}
	return s.take(int(n[0]))
}

// table returns a colour table, if flags say that there is one.
func (s *scan) table(flags byte) []byte {
	if flags&hasTable == 0 {
		return nil
	}
	return s.take(3 * (2 << (flags & tableBits)))
}

var (
	errCodeSize = errors.New("a code size beyond 2 to 8")
	errPixel    = errors.New("a pixel beyond the colour table")
	errSize     = errors.New("a frame far larger than the screen")
)
