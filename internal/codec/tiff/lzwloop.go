package tiff

import (
	"encoding/binary"
	"math/bits"
)

// usual is the fast path of fill. It stops before a code that has no string, before a long string that is not in the window or would be
// written beyond end, before codes become wider, and near the end of the input.
func (s *lzwSource) usual(end int) {
	window, next := (*[lzwWindow]byte)(s.window), s.next
	write, width, limit := s.write, s.width, 1<<s.width-1
	pos := uint(s.pos)*8 - s.count // in bits
	stop := len(s.data) - 8
	// The string of the next code is already in the table. Only its final byte is not known yet.
	s.table[next&(lzwCodes-1)], s.prefix[next&(lzwCodes-1)] = newString(s.at, s.table[s.last].length()+1), uint16(s.last)
loop:
	for write < end && int(pos>>3) <= stop && next+4 <= limit {
		acc := binary.BigEndian.Uint64(s.data[pos>>3:]) << (pos & 7) // at least four codes, the next one in the highest bits
		for batch := pos + 4*width; pos < batch; pos += width {
			acc = bits.RotateLeft64(acc, int(width))
			code := int(acc) & limit & (lzwCodes - 1)
			e := s.table[code]
			from, n := e.at()&lzwMask, int(e>>18)
			to := write & lzwMask
			if code >= next || n > 8 {
				if code > next || e >= lzwGone || write+n > end {
					break loop
				}
				for i := 8; i < n; i += 8 {
					copyEight(window, (to+i)&lzwMask, (from+i)&lzwMask)
				}
			}
			copyEight(window, to, from)
			write += n
			if code == next { // the string ends with its own first byte, which the copy has not read
				window[(write-1)&lzwMask] = window[from]
			}
			next++
			s.table[next&(lzwCodes-1)] = newString(to, n+1)
			s.prefix[next&(lzwCodes-1)] = uint16(code)
		}
	}
	s.acc, s.count, s.write = 0, 0, write
	s.pos = int(pos >> 3)
	if pos&7 != 0 {
		s.acc, s.count, s.pos = uint64(s.data[s.pos]), 8-pos&7, s.pos+1
	}
	s.next, s.last, s.at = next, int(s.prefix[next&(lzwCodes-1)]), s.table[next&(lzwCodes-1)].at()
	if next == limit && width < 12 {
		s.width++
	}
}

// copyEight copies eight bytes within the window.
func copyEight(window *[lzwWindow]byte, to, from int) {
	binary.LittleEndian.PutUint64(window[to:to+8], binary.LittleEndian.Uint64(window[from:from+8]))
}
