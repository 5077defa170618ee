package tiff

import "github.com/rest-thumbnails/thumbnail/internal/codec/png"

// deflateSource decodes zlib streams (RFC 1950). The checksum after the pixels is not verified.
type deflateSource struct {
	input
	inflater png.Inflater
	row      int // bytes per row
}

func (s *deflateSource) reset(in []byte, rows int) error {
	if err := s.input.reset(in, rows); err != nil {
		return err
	}
	return s.inflater.Reset(in, s.reversed, s.row, rows*s.row, s.meter)
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
	return row, s.meter.Spend(int64(n) / 16)
}
