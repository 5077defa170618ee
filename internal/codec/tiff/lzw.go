package tiff

import (
	"encoding/binary"
	"io"
	"math/bits"
)

// lzwSource is LZW (section 13). Files of before TIFF 5.0 have the lowest bit first, and widen their
// codes one code later.
//
// A string that got a code was written before: it is the one of the code before with the byte after
// it. Its first eight bytes are kept with the code, which is all of most strings of photographs; the rest is copied from
// there as long as that is in the window.
type lzwSource struct {
	input
	pos   int
	acc   uint64
	count uint // bits in acc
	old   bool
	err   error

	width uint // bits of a code
	next  int  // code that the next string gets
	last  int  // code that was read before, or -1
	at    int  // where in the window its string is
	table [lzwCodes]lzwString
	final [lzwCodes]byte // of strings

	window []byte
	moved  int // by how much the window has moved
	taken  int // how far it has been taken
	left   int // bytes that the strip or tile still has to make
	row    int // bytes of a row
	write  int // how far it is decoded
}

// An lzwString is the first eight bytes of a string, the first one lowest, where it stands in the window,
// were that never moved, and which string it is but for its final byte.
type lzwString struct {
	head           uint64
	at             int32
	prefix, length uint16
}

// headBytes is how many bytes of a string are kept with it.
const headBytes = 8

// longer is the head of a string of n bytes with one more behind them.
func longer(head uint64, n int, final byte) uint64 {
	return head | uint64(final)<<(8*uint(n)) // nothing, if it is full
}

const (
	lzwCodes = 4096
	lzwClear = 256
	lzwEnd   = 257

	lzwHistory = 64 << 10
	lzwProduce = 64 << 10
	lzwSlop    = lzwCodes + 16 // what a code writes at most

	lzwBytes = lzwCodes*17 + lzwHistory + lzwProduce + lzwSlop + 512
)

func (s *lzwSource) reset(in []byte, rows int) error {
	if s.window == nil {
		s.window = make([]byte, lzwHistory+lzwProduce+lzwSlop)
	}
	s.pos, s.acc, s.count, s.err = 0, 0, 0, nil
	s.moved, s.taken, s.write, s.left = 0, 0, 0, rows*s.row
	s.old = len(in) >= 2 && !s.reversed && in[0] == 0 && in[1]&1 == 1 // a clear code, lowest bit first
	for i := range 256 {
		s.table[i], s.final[i] = lzwString{head: uint64(i), at: -1, length: 1}, byte(i)
	}
	s.clear()
	return s.input.reset(in, rows)
}

func (s *lzwSource) clear() { s.width, s.next, s.last = 9, lzwEnd+1, -1 }

func (s *lzwSource) read(p []byte) error {
	for len(p) > 0 {
		if s.taken == s.write {
			if s.err != nil {
				return s.err
			}
			from := s.write - s.moveWindow()
			s.err = s.fill()
			if err := s.spend(s.pos, s.write-from); err != nil {
				return err
			}
			continue
		}
		n := copy(p, s.window[s.taken:s.write])
		s.taken, p = s.taken+n, p[n:]
	}
	return nil
}

// moveWindow makes room in the window if there is none, and returns by how much it has moved.
func (s *lzwSource) moveWindow() int {
	if s.write < lzwHistory+lzwProduce {
		return 0
	}
	n := s.write - lzwHistory
	copy(s.window, s.window[n:s.write])
	s.write, s.taken, s.at = lzwHistory, lzwHistory, s.at-n
	s.moved += n
	return n
}

// code reads a code.
func (s *lzwSource) code() (int, error) {
	if s.count < s.width {
		if err := s.refill(); err != nil {
			return 0, err
		}
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

func (s *lzwSource) refill() error {
	if s.pos+4 <= len(s.data) && !s.reversed {
		b := s.data[s.pos:]
		if s.old {
			s.acc |= uint64(binary.LittleEndian.Uint32(b)) << s.count
		} else {
			s.acc = s.acc<<32 | uint64(binary.BigEndian.Uint32(b))
		}
		s.pos += 4
		s.count += 32
		return nil
	}
	for s.count < s.width {
		if s.pos >= len(s.data) {
			return io.ErrUnexpectedEOF
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
	return nil
}

// fill decodes until the window is full, or as much is there as is needed.
func (s *lzwSource) fill() error {
	from := s.write
	end := min(lzwHistory+lzwProduce, from+s.left)
	for s.write < end {
		if s.last >= 0 && !s.old && !s.reversed {
			if s.usual(end); s.write >= end {
				break
			}
		}
		code, err := s.code()
		switch {
		case err != nil:
			return err
		case code == lzwClear:
			s.clear()
			if s.pos-s.spent > 1<<14 {
				if err := s.spend(s.pos, 0); err != nil {
					return err
				}
			}
			continue
		case code == lzwEnd:
			return io.ErrUnexpectedEOF
		case code > s.next || code > lzwEnd && s.last < 0 || code == s.next && s.next >= lzwCodes:
			return corrupt("LZW code")
		}
		at := s.write
		if code == s.next {
			s.again()
		} else {
			s.copy(code)
		}
		s.learn(s.window[at])
		s.last, s.at = code, at
	}
	s.left -= s.write - from
	return nil
}

// usual decodes codes up to one that needs more thought: one of no string, of a long string that is not
// in the window, or at the end of the input.
func (s *lzwSource) usual(end int) {
	window, data, table := s.window, s.data, &s.table
	acc, count, width, pos, write := s.acc, s.count, s.width, s.pos, s.write
	next, last, at := s.next, s.last, s.at
	head, n, moved := table[last].head, int(table[last].length), s.moved
	for write < end {
		if count < width {
			if pos+4 > len(data) {
				break
			}
			acc = acc<<32 | uint64(binary.BigEndian.Uint32(data[pos:]))
			pos += 4
			count += 32
		}
		code := int(acc>>((count-width)&63)) & (1<<width - 1) & (lzwCodes - 1)
		if code >= next || code&^1 == lzwClear {
			break
		}
		e := &table[code]
		m := int(e.length)
		if m > headBytes {
			from := int(e.at) - moved
			if from < 0 {
				break
			}
			copy(window[write+headBytes:write+m], window[from+headBytes:from+m])
		}
		binary.LittleEndian.PutUint64(window[write:], e.head)
		count -= width
		first := byte(e.head)
		headOfThis := e.head
		if next < lzwCodes {
			table[next] = lzwString{longer(head, n, first), int32(at + moved), uint16(last), uint16(n + 1)}
			s.final[next] = first
			next++
			if next == 1<<width-1 && width < 12 {
				width++
			}
		}
		last, at, head, n = code, write, headOfThis, m
		write += m
	}
	s.acc, s.count, s.width, s.pos, s.write = acc, count, width, pos, write
	s.next, s.last, s.at = next, last, at
}

// copyString copies n bytes within the window, which has room behind them.
func copyString(window []byte, to, from, n int) {
	binary.LittleEndian.PutUint64(window[to:], binary.LittleEndian.Uint64(window[from:]))
	if n > 8 {
		copy(window[to+8:to+n], window[from+8:from+n])
	}
}

// learn gives a code to the string of the code before and a byte.
func (s *lzwSource) learn(final byte) {
	if s.last < 0 || s.next >= lzwCodes {
		return
	}
	before := &s.table[s.last]
	s.table[s.next] = lzwString{longer(before.head, int(before.length), final), int32(s.at + s.moved), uint16(s.last), before.length + 1}
	s.final[s.next] = final
	s.next++
	limit := 1<<s.width - 1
	if s.old {
		limit++
	}
	if s.next == limit && s.width < 12 {
		s.width++
	}
}

// again writes the string of the code before, and its first byte.
func (s *lzwSource) again() {
	at := s.write
	s.copy(s.last)
	s.window[s.write] = s.window[at]
	s.write++
}

// copy writes the string of a code.
func (s *lzwSource) copy(code int) {
	e := s.table[code]
	n := int(e.length)
	at := int(e.at) - s.moved
	if at >= 0 {
		copyString(s.window, s.write, at, n)
	} else {
		to := s.window[s.write:][:n]
		for i := n - 1; i >= 0; i-- {
			to[i] = s.final[code]
			code = int(s.table[code].prefix)
		}
	}
	s.write += n
}
