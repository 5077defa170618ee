package tiff

import (
	"compress/flate"
	"io"
)

// deflateSource is zlib's format (RFC 1950). Its checksum stands behind the pixels and is not read.
type deflateSource struct {
	input
	pos     int
	inflate io.ReadCloser
}

func (s *deflateSource) reset(in []byte, rows int) error {
	s.pos = 0
	if err := s.input.reset(in, rows); err != nil {
		return err
	}
	if len(in) < 2 {
		return io.ErrUnexpectedEOF
	}
	method, flags := s.byte(0), s.byte(1)
	if method&15 != 8 || (int(method)<<8|int(flags))%31 != 0 || flags&0x20 != 0 {
		return corrupt("zlib header")
	}
	s.pos = 2
	if s.inflate == nil {
		s.inflate = flate.NewReader(s)
		return nil
	}
	return s.inflate.(flate.Resetter).Reset(s, nil)
}

func (s *deflateSource) read(p []byte) error {
	if _, err := io.ReadFull(s.inflate, p); err != nil {
		return err
	}
	return s.spend(s.pos, len(p))
}

// ReadByte gives package flate its input.
func (s *deflateSource) ReadByte() (byte, error) {
	if s.pos >= len(s.data) {
		return 0, io.ErrUnexpectedEOF
	}
	s.pos++
	if s.pos&0x7fff == 0 {
		if err := s.spend(s.pos, 0); err != nil {
			return 0, err
		}
	}
	return s.byte(s.pos - 1), nil
}

// Read gives package flate its input.
func (s *deflateSource) Read(p []byte) (int, error) {
	if s.pos >= len(s.data) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, s.data[s.pos:])
	if s.reversed {
		reverse(p[:n])
	}
	s.pos += n
	return n, s.spend(s.pos, 0)
}
