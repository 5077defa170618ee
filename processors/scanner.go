package processors

import (
	"bufio"
	"bytes"
	"io"
)

// A scanner reads forward through a file of chunks. Its errors are errRead for what the reader
// said, and io.ErrUnexpectedEOF where the file ends too soon.
type scanner struct {
	buf     *bufio.Reader
	src     *watchedReader
	pos     int64 // of the next byte, from where reading began
	peeking bool  // what follows the pixels is not wanted
}

// readAhead is small because the chunks of a PNG are: after each that is skipped, that much is read.
const readAhead = 1 << 10

func newScanner(r io.Reader) *scanner {
	src := &watchedReader{Reader: r}
	return &scanner{buf: bufio.NewReaderSize(src, readAhead), src: src}
}

// A watchedReader remembers the error of a reader that failed: what lies between may hide or reword it.
type watchedReader struct {
	io.Reader
	err error
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// errRead is the error of the reader itself. It says nothing about the image.
type errRead struct{ error }

func (e errRead) Unwrap() error { return e.error }

func (s *scanner) fail(err error) error {
	if s.src.err != nil {
		return errRead{s.src.err}
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// peek returns the next n bytes, fewer only at the end of the file.
func (s *scanner) peek(n int) ([]byte, error) {
	b, _ := s.buf.Peek(n)
	if len(b) < n && s.src.err != nil {
		return nil, errRead{s.src.err}
	}
	return b, nil
}

// next reads one byte.
func (s *scanner) next() (byte, error) {
	c, err := s.buf.ReadByte()
	if err != nil {
		return 0, s.fail(err)
	}
	s.pos++
	return c, nil
}

// read fills p.
func (s *scanner) read(p []byte) error {
	n, err := io.ReadFull(s.buf, p)
	s.pos += int64(n)
	if err != nil {
		return s.fail(err)
	}
	return nil
}

// block reads n bytes. What it allocates follows what the file has, not what n claims.
func (s *scanner) block(n int64) ([]byte, error) {
	var b bytes.Buffer
	m, err := io.CopyN(&b, s.buf, n)
	s.pos += m
	if err != nil {
		return nil, s.fail(err)
	}
	return b.Bytes(), nil
}

// skip passes over n bytes, by seeking where that can be done. It may end after the end of the
// file; then the next read fails.
func (s *scanner) skip(n int64) error {
	buffered := int64(s.buf.Buffered())
	if n <= buffered {
		_, _ = s.buf.Discard(int(n)) // which does not fail
		s.pos += n
		return nil
	}
	if seeker, ok := s.src.Reader.(io.Seeker); ok {
		if _, err := seeker.Seek(n-buffered, io.SeekCurrent); err == nil {
			s.buf.Reset(s.src)
			s.pos += n
			return nil
		}
	}
	m, err := io.CopyN(io.Discard, s.buf, n)
	s.pos += m
	if err != nil {
		return s.fail(err)
	}
	return nil
}
