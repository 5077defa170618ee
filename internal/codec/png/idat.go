package png

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// idat is the stream of what consecutive IDAT chunks hold, or fdAT chunks behind their sequence
// numbers, in a buffer that ends with zeros when the stream has ended, so that who reads it need not
// look at every byte whether it is there.
type idat struct {
	w     *walker // nil: the stream is the rest of raw
	raw   []byte
	flip  bool // the lowest bit of a byte of raw is its highest
	meter *codec.Meter
	seq   *sequence // of fdAT chunks, or nil

	c    chunk  // the current one
	left int64  // bytes of it that are not in buf yet
	sum  uint32 // of its name and of what is in buf
	from int64  // where in the stream it begins
	bad  int64  // where in the stream the first chunk begins whose checksum is wrong

	checked bool // the current one's checksum
	done    bool // all chunks are in buf

	base int64 // where in the stream buf begins
	buf  []byte
	pos  int // of the next byte
	end  int // of what is there: pos is beyond it if more was read than there is
}

const (
	idatBuffer = 64 << 10
	idatPad    = 1 << 10 // zeros after the end
	idatBack   = 8       // bytes that fit into the inflater's bits
)

// open begins with c, the first chunk.
func (s *idat) open(w *walker, c chunk, seq *sequence, meter *codec.Meter) error {
	if s.buf == nil {
		s.buf = make([]byte, idatBuffer+idatPad)
	}
	*s = idat{w: w, seq: seq, meter: meter, buf: s.buf, bad: math.MaxInt64}
	return s.begin(c)
}

func (s *idat) begin(c chunk) error {
	s.c, s.left, s.from, s.checked = c, c.size, s.base+int64(s.end), false
	s.sum = crc32.ChecksumIEEE(c.name[:])
	if err := s.w.r.SeekTo(c.at); err != nil {
		return err
	}
	if s.seq == nil {
		return nil
	}
	b, err := s.w.r.Peek(4)
	if err != nil {
		return err
	}
	if len(b) < 4 || c.size < 4 || !s.seq.take(binary.BigEndian.Uint32(b)) {
		return corrupt("sequence of fdAT")
	}
	s.sum = crc32.Update(s.sum, crc32.IEEETable, b)
	s.left -= 4
	return s.w.r.Skip(4)
}

// want makes sure that n ≤ idatPad bytes can be read, if only zeros. It keeps the last bytes that
// were read: the inflater may give them back.
func (s *idat) want(n int) error {
	if s.done || s.end-s.pos >= n {
		return nil
	}
	keep := min(s.pos, idatBack)
	s.base += int64(s.pos - keep)
	s.end = copy(s.buf, s.buf[s.pos-keep:s.end])
	s.pos = keep
	before := s.end
	for s.end < idatBuffer {
		b, err := s.more(idatBuffer - s.end)
		if err != nil {
			return err
		}
		if len(b) == 0 {
			s.done = true
			clear(s.buf[s.end:][:idatPad])
			break
		}
		s.end += copy(s.buf[s.end:], b)
	}
	if s.flip {
		for i, v := range s.buf[before:s.end] {
			s.buf[before+i] = bits.Reverse8(v)
		}
	}
	return s.meter.Spend(int64(s.end - before))
}

// more returns up to n bytes, and none at the end of the stream.
func (s *idat) more(n int) ([]byte, error) {
	if s.w == nil {
		b := s.raw[:min(n, len(s.raw))]
		s.raw = s.raw[len(b):]
		return b, nil
	}
	for s.left == 0 {
		switch ok, err := s.nextChunk(); {
		case err != nil:
			return nil, err
		case !ok:
			return nil, nil
		}
	}
	b, err := s.w.r.Peek(int(min(int64(n), s.left)))
	if err != nil {
		return nil, err
	}
	s.sum = crc32.Update(s.sum, crc32.IEEETable, b)
	s.left -= int64(len(b))
	return b, s.w.r.Skip(int64(len(b)))
}

// nextChunk checks the current chunk, and opens the next one if it is of the same kind.
func (s *idat) nextChunk() (ok bool, err error) {
	if err := s.check(); err != nil {
		return false, err
	}
	if err := s.meter.Spend(8); err != nil {
		return false, err
	}
	c, ok, err := s.w.next()
	if err != nil || !ok {
		return false, err
	}
	if c.name != s.c.name {
		s.w.back(c)
		return false, nil
	}
	return true, s.begin(c)
}

// check compares the checksum of a chunk that has been read to its end. One that the file no longer
// has is not wrong.
func (s *idat) check() error {
	b, err := s.w.r.Peek(4)
	if err != nil || s.checked {
		return err
	}
	s.checked = true
	if len(b) == 4 && binary.BigEndian.Uint32(b) != s.sum {
		s.bad = min(s.bad, s.from)
	}
	return nil
}

// sound reports whether the checksums are right of all chunks that were needed for what was read.
func (s *idat) sound() (bool, error) {
	at := s.base + int64(s.pos)
	for s.left > 0 && s.from < at {
		b, err := s.more(idatBuffer)
		if err == nil {
			err = s.meter.Spend(int64(len(b)) / 8)
		}
		if err != nil {
			return false, err
		}
		if len(b) == 0 { // the file ends
			s.checked = true
			break
		}
	}
	if s.from < at {
		if err := s.check(); err != nil {
			return false, err
		}
	}
	return s.bad >= at, nil
}
