package tiff

import (
	"encoding/binary"
	"io"
	"math/bits"
)

// lzwSource decodes LZW (section 13). In files from before TIFF 5.0, the lowest bit of a code comes first, and codes become wider one code
// later.
//
// The string of a new code consists of the string of the previous code and the byte that follows it in the output. The output therefore
// already contains the string, and a table entry is the string's position in the window and its length. A string that has left the window
// is rebuilt from its final bytes, last byte first.
type lzwSource struct {
	input
	pos   int
	acc   uint64
	count uint // bits in acc
	old   bool
	err   error

	width uint // bits of a code
	next  int  // code of the next new string
	last  int  // the previous code, or -1
	at    int  // position in the window of the string that code last stands for
	table [lzwCodes]lzwString

	// prefix[c] is the code of the string of code c without its final byte. final[c] is that byte; it is set once the
	// string has left the window.
	prefix [lzwCodes]uint16
	final  [lzwCodes]byte

	window []byte
	taken  int // index of the next byte that read returns
	left   int // bytes of the strip or tile that are not decoded yet
	row    int // bytes per row
	write  int // index of the next byte to decode
}

// An lzwString holds the position of a string in the window in bits 0 to 17, and its length in bits 18 to 30. The
// strings of single bytes are at the start of the window, which does not move. lzwGone is set for strings that have
// left the window, and for codes without a string.
type lzwString uint32

func newString(at, length int) lzwString { return lzwString(at) | lzwString(length)<<18 }

func (e lzwString) at() int     { return int(e & (1<<18 - 1)) }
func (e lzwString) length() int { return int(e &^ lzwGone >> 18) }

const lzwGone = 1 << 31

const (
	lzwCodes = 4096
	lzwClear = 256
	lzwEnd   = 257

	lzwHistory = 64 << 10
	lzwProduce = 59 << 10
	lzwSlop    = lzwCodes + 64 // maximum number of bytes that are read or written beyond the end
	lzwFirst   = 256           // size of the part of the window that does not move
	lzwMask    = 1<<17 - 1     // covers all of the above
	lzwWindow  = lzwMask + 8   // eight bytes can be read and written at each masked index

	lzwBytes = lzwCodes*7 + lzwWindow + 512
)

func (s *lzwSource) reset(in []byte, rows int) error {
	if s.window == nil {
		s.window = make([]byte, lzwWindow)
	}
	s.pos, s.acc, s.count, s.err = 0, 0, 0, nil
	s.taken, s.write, s.left = lzwFirst, lzwFirst, rows*s.row
	s.old = len(in) >= 2 && !s.reversed && in[0] == 0 && in[1]&1 == 1 // a clear code, lowest bit first
	for i := range 256 {
		s.window[i], s.final[i] = byte(i), byte(i)
		s.table[i] = newString(i, 1)
	}
	s.table[lzwClear], s.table[lzwEnd] = lzwGone, lzwGone
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

// moveWindow moves the window if it is full. It returns the distance in bytes.
func (s *lzwSource) moveWindow() int {
	if s.write < lzwFirst+lzwHistory+lzwProduce {
		return 0
	}
	n := s.write - lzwHistory - lzwFirst
	for i, e := range s.table[lzwEnd+1 : s.next] {
		code, at := lzwEnd+1+i, e.at()-n
		switch {
		case e >= lzwGone:
		case at < lzwFirst:
			s.final[code] = s.window[e.at()+e.length()-1]
			s.table[code] = newString(0, e.length()) | lzwGone
		default:
			s.table[code] = newString(at, e.length())
		}
	}
	copy(s.window[lzwFirst:], s.window[s.write-lzwHistory:s.write])
	s.write, s.taken, s.at = lzwFirst+lzwHistory, lzwFirst+lzwHistory, s.at-n
	return n
}

// code reads the next code.
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

// fill decodes until the window is full or the strip or tile is complete.
func (s *lzwSource) fill() error {
	from := s.write
	end := min(lzwFirst+lzwHistory+lzwProduce, from+s.left)
	for s.write < end {
		if s.last >= 0 && !s.old && !s.reversed {
			if s.next < lzwCodes {
				s.usual(end)
			}
			if s.write >= end {
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
			return corrupt("invalid LZW code")
		}
		at := s.write
		if code == s.next {
			s.again()
		} else {
			s.copy(code)
		}
		s.learn()
		s.last, s.at = code, at
	}
	s.left -= s.write - from
	return nil
}

// learn adds the string of the previous code and the byte that follows it to the table.
func (s *lzwSource) learn() {
	if s.last < 0 || s.next >= lzwCodes {
		return
	}
	s.table[s.next] = newString(s.at, s.table[s.last].length()+1)
	s.prefix[s.next] = uint16(s.last)
	s.next++
	limit := 1<<s.width - 1
	if s.old {
		limit++
	}
	if s.next == limit && s.width < 12 {
		s.width++
	}
}

// again writes the string of the previous code and then the first byte of that string.
func (s *lzwSource) again() {
	at := s.write
	s.copy(s.last)
	s.window[s.write] = s.window[at]
	s.write++
}

// copy writes the string of a code.
func (s *lzwSource) copy(code int) {
	e := s.table[code]
	n := e.length()
	to := s.window[s.write:][:n]
	if e < lzwGone {
		copy(to, s.window[e.at():][:n])
	} else { // the string has left the window
		for i := n - 1; i >= 0; i-- {
			to[i] = s.final[code]
			code = int(s.prefix[code])
		}
	}
	s.write += n
}
