package tiff

import (
	"io"
	"math/bits"
)

// lzwSource is LZW (section 13). Files of before TIFF 5.0 have the lowest bit first, and widen their
// codes one code later.
type lzwSource struct {
	input
	pos   int
	acc   uint64
	count uint // bits in acc
	old   bool

	width uint // bits of a code
	next  int  // code that the next string gets
	last  int  // code that was read before, or -1
	table [lzwCodes]lzwString

	buf  [lzwCodes]byte
	rest []byte // of buf: the end of a string that was longer than what was asked for
}

// An lzwString is a string without its last byte, and that byte.
type lzwString struct {
	prefix, length uint16
	first, final   byte
}

const (
	lzwCodes = 4096
	lzwClear = 256
	lzwEnd   = 257
)

func (s *lzwSource) reset(in []byte, rows int) error {
	s.pos, s.acc, s.count, s.rest = 0, 0, 0, nil
	s.old = len(in) >= 2 && !s.reversed && in[0] == 0 && in[1]&1 == 1 // a clear code, lowest bit first
	for i := range 256 {
		s.table[i] = lzwString{length: 1, first: byte(i), final: byte(i)}
	}
	s.clear()
	return s.input.reset(in, rows)
}

func (s *lzwSource) clear() { s.width, s.next, s.last = 9, lzwEnd+1, -1 }

// code reads a code.
func (s *lzwSource) code() (int, error) {
	for s.count < s.width {
		if s.pos >= len(s.data) {
			return 0, io.ErrUnexpectedEOF
		}
		b := uint64(s.data[s.pos])
		s.pos++
		if s.reversed {
			b = uint64(bits.Reverse8(byte(b)))
		}
		if s.old {
			s.acc |= b << s.count
		} else {
			s.acc = s.acc<<8 | b
		}
		s.count += 8
	}
	s.count -= s.width
	mask := uint64(1)<<s.width - 1
	if s.old {
		v := s.acc & mask
		s.acc >>= s.width
		return int(v), nil
	}
	return int(s.acc >> s.count & mask), nil
}

func (s *lzwSource) read(p []byte) error {
	out := len(p)
	n := copy(p, s.rest)
	s.rest, p = s.rest[n:], p[n:]
	for len(p) > 0 {
		code, err := s.code()
		switch {
		case err != nil:
			return err
		case code == lzwClear:
			s.clear()
			if s.pos-s.spent > 1<<12 {
				if err := s.spend(s.pos, 0); err != nil {
					return err
				}
			}
			continue
		case code == lzwEnd:
			return io.ErrUnexpectedEOF
		case code > s.next || code == s.next && s.last < 0 || code > lzwEnd && s.last < 0:
			return corrupt("LZW code")
		}
		s.learn(code)
		p = p[s.write(p, code):]
		s.last = code
	}
	return s.spend(s.pos, out)
}

// learn adds the string of the last code and the first byte of this one.
func (s *lzwSource) learn(code int) {
	if s.last < 0 || s.next >= lzwCodes {
		return
	}
	last := &s.table[s.last]
	e := lzwString{prefix: uint16(s.last), length: last.length + 1, first: last.first, final: last.first}
	if code != s.next {
		e.final = s.table[code].first
	}
	s.table[s.next] = e
	s.next++
	limit := 1<<s.width - 1
	if s.old {
		limit++
	}
	if s.next == limit && s.width < 12 {
		s.width++
	}
}

// write writes the string of a code to p, as far as it has room, and returns how much that is.
func (s *lzwSource) write(p []byte, code int) int {
	n := int(s.table[code].length)
	to := p
	if n > len(p) {
		to = s.buf[:]
	}
	to = to[:n]
	for i := len(to) - 1; i >= 0; i-- {
		e := &s.table[code&(lzwCodes-1)]
		to[i] = e.final
		code = int(e.prefix)
	}
	if n > len(p) {
		n = copy(p, to)
		s.rest = to[n:]
	}
	return n
}
