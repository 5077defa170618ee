package png

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// idat is the concatenated data of consecutive IDAT chunks, or of fdAT chunks without their sequence numbers. At the
// end of the stream its buffer is padded with zeros, so that the reader need not check for the end at every byte.
type idat struct {
	w     *walker // nil: the stream is raw
	raw   []byte
	flip  bool // the bits of each byte of raw are in reverse order
	meter *codec.Meter
	seq   *sequence // sequence numbers of fdAT chunks, or nil

	c    chunk  // the current chunk
	left int64  // bytes of c that are not in buf yet
	sum  uint32 // CRC of the name of c, and of those bytes of c that have been read to buf
	from int64  // stream offset of the data of c
	bad  int64  // stream offset of the first chunk with a wrong checksum

	checked bool // the checksum of the current chunk has been checked
	done    bool // all chunks are in buf

	base int64 // stream offset of buf
	buf  []byte
	own  []byte // the buffer that buf refers to, unless buf is a part of raw
	pos  int    // index in buf of the next byte
	end  int    // end of the data in buf; pos > end means that the reader has read beyond the stream
}

const (
	idatBuffer = 64 << 10
	idatPad    = 1 << 10 // zeros after the end
	idatBack   = 8       // bytes that the inflater may hold in its bit register and give back
)

// open starts the stream with its first chunk c.
func (s *idat) open(w *walker, c chunk, seq *sequence, meter *codec.Meter) error {
	s.clear()
	s.w, s.seq, s.meter = w, seq, meter
	return s.begin(c)
}

// clear drops everything except the buffer. It makes the buffer if there is none.
func (s *idat) clear() {
	own := s.own
	if own == nil {
		own = make([]byte, idatBuffer+idatPad)
	}
	*s = idat{buf: own, own: own, bad: math.MaxInt64}
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
		return corrupt("wrong sequence number of fdAT")
	}
	s.sum = crc32.Update(s.sum, crc32.IEEETable, b)
	s.left -= 4
	return s.w.r.Skip(4)
}

// want makes sure that n ≤ idatPad bytes can be read. After the end of the stream, these bytes are zeros. want keeps the
// last bytes that were read, because the inflater may give them back.
func (s *idat) want(n int) error {
	if s.done || s.end-s.pos >= n {
		return nil
	}
	keep := min(s.pos, idatBack)
	unread := s.buf[s.pos-keep : s.end]
	s.base += int64(s.pos - keep)
	s.pos = keep
	if s.w == nil && !s.flip && s.base+int64(len(unread)+idatBuffer) <= int64(len(s.raw)) { // buf becomes a part of raw, without copying
		s.buf, s.end = s.raw[s.base:], len(unread)+idatBuffer
		return s.meter.Spend(idatBuffer)
	}
	s.buf, s.end = s.own, copy(s.own, unread)
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
		rest := s.raw[s.base+int64(s.end):]
		return rest[:min(n, len(rest))], nil
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

// nextChunk checks the checksum of the current chunk, and opens the next chunk of the same type. Chunks that can't end the
// stream may be misplaced before it, such as text.
func (s *idat) nextChunk() (ok bool, err error) {
	if err := s.check(); err != nil {
		return false, err
	}
	for {
		if err := s.meter.Spend(8); err != nil {
			return false, err
		}
		c, ok, err := s.w.next()
		switch {
		case err != nil || !ok:
			return false, err
		case c.name == s.c.name:
			return true, s.begin(c)
		case c.endsStream():
			s.w.back(c)
			return false, nil
		}
	}
}

// endsStream reports whether no more data of the previous frame or picture can follow c. This applies to critical chunks,
// whose names begin with a capital letter, and to those of animations.
func (c *chunk) endsStream() bool {
	return c.name[0]&0x20 == 0 || c.is("fcTL") || c.is("fdAT")
}

// check verifies the checksum of a chunk that has been read completely. A checksum beyond the end of the file does not
// count as wrong.
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

// sound reports whether all chunks from which data was read have correct checksums.
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
