package png

// idat is the stream of what consecutive IDAT chunks hold, in a buffer that ends with zeros when
// the stream has ended, so that who reads it need not look at every byte whether it is there.
type idat struct {
	data []byte // of the file, from the first chunk that was not opened yet
	part []byte // of the current chunk
	done bool   // all chunks are in buf

	buf []byte
	pos int // of the next byte
	end int // of what is there: pos is beyond it if more was read than there is
}

const (
	idatBuffer = 64 << 10
	idatPad    = 1 << 10 // zeros after the end
	idatBack   = 8       // bytes that fit into the inflater's bits
)

func (s *idat) open(data []byte) {
	if s.buf == nil {
		s.buf = make([]byte, idatBuffer+idatPad)
	}
	*s = idat{data: data, buf: s.buf}
}

// want makes sure that n ≤ idatPad bytes can be read, if only zeros. It keeps the last bytes that
// were read: the inflater may give them back.
func (s *idat) want(n int) error {
	if s.done || s.end-s.pos >= n {
		return nil
	}
	keep := min(s.pos, idatBack)
	s.end = copy(s.buf, s.buf[s.pos-keep:s.end])
	s.pos = keep
	for s.end < idatBuffer {
		if len(s.part) == 0 {
			switch ok, err := s.nextChunk(); {
			case err != nil:
				return err
			case !ok:
				s.done = true
				clear(s.buf[s.end:][:idatPad])
				return nil
			}
		}
		k := copy(s.buf[s.end:idatBuffer], s.part)
		s.part = s.part[k:]
		s.end += k
	}
	return nil
}

// nextChunk opens the next IDAT chunk, whose CRC it checks, if one follows.
func (s *idat) nextChunk() (ok bool, err error) {
	c, rest, err := nextChunk(s.data)
	if err != nil {
		return false, err
	}
	if c.kind != "IDAT" {
		return false, nil
	}
	if !c.sound() {
		return false, corrupt("checksum of IDAT")
	}
	s.data, s.part = rest, c.data
	return true, nil
}

// rest is the file behind the last chunk. What the chunks hold behind the end of the stream is ignored.
func (s *idat) rest() ([]byte, error) {
	for {
		switch ok, err := s.nextChunk(); {
		case err != nil:
			return nil, err
		case !ok:
			return s.data, nil
		}
	}
}
