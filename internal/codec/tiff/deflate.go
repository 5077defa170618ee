package tiff

import "github.com/rest-thumbnails/thumbnail/internal/codec/png"

// deflateSource decodes zlib streams (RFC 1950). The checksum after the pixels is not verified.
//
// If follow announces the next strip, the two are decoded in alternation. This takes less time than decoding one after the
// other, because the processor executes instructions for one stream while it waits for the other.
type deflateSource struct {
	input
	inflater *png.Inflater
	row      int // bytes per row

	next      *png.Inflater // the inflater of the next strip, or nil
	following []byte        // the compressed bytes of the next strip
}

func (s *deflateSource) reset(in []byte, rows int) error {
	if err := s.input.reset(in, rows); err != nil {
		return err
	}
	if len(in) > 0 && len(in) == len(s.following) && &in[0] == &s.following[0] {
		s.inflater, s.next, s.following = s.next, s.inflater, nil
		return nil
	}
	s.following = nil
	return s.inflater.Reset(in, s.reversed, s.row, rows*s.row, s.meter)
}

// follow announces the strip for which reset will be called next. If that strip has an error, the later call of reset
// reports it.
func (s *deflateSource) follow(in []byte, rows int) {
	if s.next == nil {
		s.next = new(png.Inflater)
	}
	if s.next.Reset(in, s.reversed, rows*s.row, rows*s.row, s.meter) == nil {
		s.following = in
		s.inflater.Lead(s.next)
	}
}

func (s *deflateSource) read(p []byte) error {
	row, err := s.slice(len(p))
	copy(p, row)
	return err
}

// slice returns the next n bytes as a slice of the window.
func (s *deflateSource) slice(n int) ([]byte, error) {
	row, err := s.inflater.Next(n)
	if err != nil {
		return nil, err
	}
	return row, s.meter.Output(n)
}

// maxPaired is the maximum length in bytes of a decoded strip or tile that is decoded in alternation with the previous
// one.
const maxPaired = 4 << 20

// pairs reports whether strips or tiles are decoded two at a time. Tiles that are side by side and decoded row by row
// are not decoded in pairs.
func (l *layout) pairs() bool {
	deflated := l.compression == deflate || l.compression == deflateOld
	if !png.Pairs() || !deflated || l.segBytes(l.segH) > maxPaired {
		return false
	}
	return l.across() == 1 && l.down() > 1 || l.banded()
}
