package processors

import (
	"encoding/binary"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
)

// parseGIF reads the logical screen descriptor (GIF89a, section 18), which the first frame may
// enlarge, and counts the frames and their pixels, if what lies between them is not too dear.
func parseGIF(s *scanner, h *Header) error {
	var b [13]byte
	if err := s.read(b[:]); err != nil {
		return err
	}
	h.stored = pointAt(b[6:])
	h.bits = 8 + 32 // the frame, and the canvas that it is composed on
	return ignoreEnd(countFrames(s, h, b[10]))
}

// countFrames walks from block to block up to the end, or to one frame more than an animation may
// have. It only finds the first one if that is all that is wanted. flags are those of the screen.
func countFrames(s *scanner, h *Header, flags byte) error {
	const extension, separator = 0x21, 0x2c
	table := func(flags byte) int64 { return int64(flags>>7) * 3 * (2 << (flags & 7)) }
	if err := s.skip(table(flags)); err != nil {
		return err
	}
	for frames := 0; frames <= MaxFrames; {
		head := int64(1) // the label of an extension
		switch kind, err := s.next(); {
		case err != nil:
			return err
		case kind == separator:
			var b [9]byte
			if err := s.read(b[:]); err != nil {
				return err
			}
			frame := image.Rectangle{Max: pointAt(b[4:])}.Add(pointAt(b[:]))
			if frames++; frames == 1 {
				h.stored = gif.Screen(h.stored, frame)
			}
			if s.peeking {
				return nil
			}
			h.frames, h.pixels = frames, h.pixels+framePixels(frame, h.stored)
			head = table(b[8]) + 1 // and the code size
		case kind != extension:
			return nil
		}
		for n := head; n > 0; {
			if err := s.skip(n); err != nil {
				return err
			}
			size, err := s.next()
			if err != nil {
				return err
			}
			n = int64(size)
		}
	}
	return nil
}

func pointAt(b []byte) image.Point {
	return image.Pt(int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:])))
}
