package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// A source is an original that is open.
type source struct {
	fs.File
	size int64        // bytes that it may take in memory: as many as it says, else as many as the limit
	room int64        // bytes to begin with
	head bytes.Buffer // what was read for the header, where the file can't seek back
}

// openSource does step 8.
func (h *Handler) openSource(ctx context.Context, j *job) (*source, error) {
	defer addTime(&j.timing.Source)()
	f, err := h.cfg.Source.Open(ctx, j.spec.Source)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("thumbnail: source %q: %w", j.spec.Source, err)
	}
	if err != nil {
		return nil, broken("open source", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, broken("stat source", err)
	}
	size, room := info.Size(), info.Size()
	if size > h.cfg.MaxSourceBytes {
		f.Close()
		return nil, fmt.Errorf("%w: source %q has %d bytes, more than Config.MaxSourceBytes (%d)", ErrTooLarge, j.spec.Source, size, h.cfg.MaxSourceBytes)
	}
	if size <= 0 { // an io/fs.FileInfo need not know
		size, room = h.cfg.MaxSourceBytes, 0
	}
	return &source{File: f, size: size, room: room}, nil
}

// header returns a reader of the beginning, which readAll reads again.
func (s *source) header() io.Reader {
	if _, ok := s.File.(io.Seeker); ok {
		return s.File
	}
	return io.TeeReader(io.LimitReader(s.File, s.size), &s.head)
}

// rereadable reports whether it costs little to go through the whole file before there is memory
// for it.
func (s *source) rereadable() bool {
	_, ok := s.File.(io.Seeker)
	return ok && s.size <= 16<<20
}

// readAll returns the whole file, whose memory is data's.
func (s *source) readAll(data *bytes.Buffer, limit int64) ([]byte, error) {
	if seeker, ok := s.File.(io.Seeker); ok {
		if _, err := seeker.Seek(0, io.SeekStart); err != nil {
			return nil, broken("read source", err)
		}
	}
	r := io.LimitReader(io.MultiReader(&s.head, s.File), limit+1)
	data.Grow(int(s.room) + bytes.MinRead)
	if _, err := data.ReadFrom(r); err != nil {
		return nil, broken("read source", err)
	}
	switch size := int64(data.Len()); {
	case size > limit:
		return nil, fmt.Errorf("%w: source has more than Config.MaxSourceBytes (%d)", ErrTooLarge, limit)
	case size > s.size:
		return nil, fmt.Errorf("%w: source grew to more than %d bytes while it was read", ErrTooLarge, s.size)
	}
	return data.Bytes(), nil
}
