package engine

import (
	"errors"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A stream is a [codec.Reader] as an [io.Reader]. It records the error of the source, because the decoder that
// reads from it may hide or reword the error.
type stream struct {
	r   *codec.Reader
	err error // a *codec.ReadError
}

func (s *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := s.r.Peek(min(len(p), 4<<10))
	if err != nil {
		return 0, s.remember(err)
	}
	if len(b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b)
	return n, s.remember(s.r.Skip(int64(n)))
}

func (s *stream) remember(err error) error {
	var read *codec.ReadError
	if errors.As(err, &read) {
		s.err = err
	}
	return err
}

// A seeker is a stream whose source can seek.
type seeker struct{ *stream }

// Seek implements [io.Seeker]. For io.SeekEnd it fails if the source does not tell its length.
func (s seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += s.r.Pos()
	case io.SeekEnd:
		size, ok, err := s.r.Size()
		if err != nil || !ok {
			return 0, errors.Join(errors.ErrUnsupported, s.remember(err))
		}
		offset += size
	default:
		return 0, errors.ErrUnsupported
	}
	if err := s.r.SeekTo(offset); err != nil {
		return 0, s.remember(err)
	}
	return offset, nil
}
