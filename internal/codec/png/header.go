package png

import (
	"context"
	"encoding/binary"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/exif"
)

// readHeader reads the chunks before the pixels. If r.Whole() is true it also reads the chunks after
// the pixels, which hold the frames of an animation and may hold the orientation (11.3.3.5). A file
// that ends before the pixels is not an error here.
func readHeader(_ context.Context, r *codec.Reader) (codec.Header, error) {
	d := new(detail)
	h := codec.Header{Orientation: 1, Detail: d}
	w, err := d.open(r)
	if err != nil {
		return h, err
	}
	h.Stored, h.Palette = image.Pt(d.Width, d.Height), d.Color == colorIndexed
	h.MinBytes = int64(d.rawBytes() / maxInflation)

	s := headerScan{detail: d, w: w, header: &h, animation: animation{canvas: h.Stored}}
	c, ok, err := d.chunks(w, s.chunk)
	d.far = s.gamma && !s.other
	if err != nil || !ok || !r.Whole() {
		return h, err
	}
	s.pixels(c)
	for {
		c, ok, err := w.next()
		if err != nil || !ok || c.is("IEND") {
			return s.done(), err
		}
		if err := s.chunk(c); err != nil {
			return h, err
		}
	}
}

// headerScan is the state of readHeader.
type headerScan struct {
	*detail
	w      *walker
	header *codec.Header

	turned bool // an eXIf chunk has been read
	gamma  bool // a gAMA chunk has a gamma far from sRGB's
	other  bool // a color description takes precedence over gAMA

	animation
	frames int
}

// usualInflation is the largest compression ratio expected of an ICC profile in an iCCP chunk.
const usualInflation = 64

// maxExif is the size in bytes beyond which an eXIf chunk is not read.
const maxExif = 1 << 20

func (s *headerScan) chunk(c chunk) error {
	switch {
	case c.is("eXIf") && !s.turned:
		data, sound, err := s.w.data(c, maxExif)
		if err != nil {
			return err
		}
		if sound {
			s.header.Orientation, s.turned = exif.Orientation(data), true
		}
	case c.is("gAMA"):
		data, sound, err := s.w.data(c, 4)
		if err != nil {
			return err
		}
		if sound && len(data) == 4 {
			g := binary.BigEndian.Uint32(data)
			s.gamma = g < 37000 || g > 57000 // a conservative form of icc.Transform.Far
			s.header.Described = s.header.Described || s.gamma
		}
	case c.is("iCCP"):
		s.other = true
		s.header.Profile, s.header.Described = min(usualInflation*c.size, maxProfile), true
	case c.is("cICP"):
		s.other, s.header.Described = true, true
	case c.is("sRGB"):
		s.other = true
	default:
		begun, err := s.animation.chunk(s.w, c)
		if begun {
			s.frames++
		}
		return err
	}
	return nil
}

// done returns the header after all chunks have been read.
func (s *headerScan) done() codec.Header {
	s.header.FrameCount = max(s.frames, 1)
	s.header.FramePixels = int64(s.header.FrameCount) * int64(s.Width) * int64(s.Height)
	return *s.header
}

func (s *headerScan) pixels(c chunk) {
	if s.animation.pixels() {
		s.frames++
	}
}
