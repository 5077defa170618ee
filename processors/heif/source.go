package heif

import (
	"context"
	"errors"
	"io"
)

// A source is a reader that can skip forward: by seeking if r can, otherwise by reading. Skipped bytes are
// not kept.
type source struct {
	ctx context.Context
	r   io.Reader
	pos int64
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.pos += int64(n)
	return n, err
}

func (s *source) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekCurrent {
		offset += s.pos
	}
	if offset == s.pos {
		return s.pos, nil
	}
	if seeker, ok := s.r.(io.Seeker); ok && whence != io.SeekEnd {
		_, err := seeker.Seek(offset-s.pos, io.SeekCurrent)
		if err == nil {
			s.pos = offset
		}
		return s.pos, err
	}
	if whence == io.SeekEnd || offset < s.pos {
		return s.pos, errors.New("the reader can't seek")
	}
	for s.pos < offset {
		if err := s.ctx.Err(); err != nil {
			return s.pos, err
		}
		n, err := io.CopyN(io.Discard, s.r, min(offset-s.pos, 64<<10))
		s.pos += n
		switch {
		case errors.Is(err, io.EOF):
			return s.pos, nil // the next read reports the error
		case err != nil:
			return s.pos, err
		}
	}
	return s.pos, nil
}

// size returns the total number of bytes, or -1 if it is not known.
func (s *source) size() int64 {
	seeker, ok := s.r.(io.Seeker)
	if !ok {
		return -1
	}
	at, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return -1
	}
	if _, err := seeker.Seek(at, io.SeekStart); err != nil {
		return -1
	}
	return end - at
}
