package codec

import "io"

// Section returns a Reader of the next n bytes of r, which contain an embedded file. The section can't seek, and its Whole returns false. r must
// not be used while the section is in use. After that, the position of r is the position of the section.
func (r *Reader) Section(n int64) *Reader {
	return NewReader(r.ctx, &section{r, n}, false)
}

type section struct {
	r    *Reader
	left int64
}

func (s *section) Read(p []byte) (int, error) {
	b, err := s.r.Peek(int(min(int64(len(p)), s.left, readAhead)))
	switch {
	case err != nil:
		return 0, err
	case len(b) == 0 && len(p) > 0:
		return 0, io.EOF
	}
	n := copy(p, b)
	s.left -= int64(n)
	return n, s.r.Skip(int64(n))
}
