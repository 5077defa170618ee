package bmp

import (
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// rle decodes run-length encoded pixels of 4, 8 or 24 bits (Microsoft: "Bitmap Compression"; only OS/2 has 24 bits). It decodes row by row,
// in the order of the file. Pixels that the file skips are not covered.
type rle struct {
	meter *codec.Meter
	in    []byte
	pos   int
	spent int
	bits  int
	width int

	x, down int  // position of the next run: column x of the row that is down rows after the current one
	ended   bool // the end code has been read
}

// next decodes a row of palette indices, or of blue, green and red. covered has a byte for each pixel; next sets it to 1
// if the file has the pixel.
func (s *rle) next(row, covered []byte) error {
	clear(row)
	clear(covered)
	if s.down > 0 || s.ended {
		s.down = max(s.down-1, 0)
		if s.down > 0 || s.ended {
			return nil
		}
	}
	for {
		if s.pos+2 > len(s.in) {
			if s.x >= s.width {
				s.x = 0 // the row is complete
				return nil
			}
			return io.ErrUnexpectedEOF
		}
		count, code := int(s.in[s.pos]), int(s.in[s.pos+1])
		s.pos += 2
		switch {
		case count > 0:
			s.pos-- // encoded reads the color again
			s.encoded(row, covered, count)
		case code == 0: // end of row
			s.x = 0
			return s.spend()
		case code == 1:
			s.ended = true
			return nil
		case code == 2:
			if s.pos+2 > len(s.in) {
				return io.ErrUnexpectedEOF
			}
			s.x += int(s.in[s.pos])
			s.down = int(s.in[s.pos+1])
			s.pos += 2
			if s.down > 0 {
				return s.spend()
			}
		default:
			if err := s.literal(row, covered, code); err != nil {
				return err
			}
		}
		if s.pos-s.spent > 1<<12 {
			if err := s.spend(); err != nil {
				return err
			}
		}
	}
}

func (s *rle) spend() error {
	n := s.pos - s.spent
	s.spent = s.pos
	return s.meter.Spend(1 + int64(n) + int64(s.width)/16)
}

// encoded writes a run of one color, or of two alternating colors.
func (s *rle) encoded(row, covered []byte, count int) {
	n := s.bits / 8 // bytes per color
	color := s.in[s.pos:min(s.pos+max(n, 1), len(s.in))]
	s.pos += max(n, 1)
	for i := range count {
		if s.x >= s.width || len(color) < n {
			break
		}
		switch s.bits {
		case 4:
			row[s.x] = color[0] >> (4 - 4*(i&1)) & 15
		case 8:
			row[s.x] = color[0]
		default:
			copy(row[3*s.x:], color)
		}
		covered[s.x] = 1
		s.x++
	}
}

// literal copies pixels, which are padded to a multiple of 16 bits.
func (s *rle) literal(row, covered []byte, count int) error {
	n := (count*s.bits + 7) / 8
	if s.pos+n > len(s.in) {
		return io.ErrUnexpectedEOF
	}
	in := s.in[s.pos:][:n]
	s.pos += n + n&1
	for i := range count {
		if s.x >= s.width {
			break
		}
		switch s.bits {
		case 4:
			row[s.x] = in[i/2] >> (4 - 4*(i&1)) & 15
		case 8:
			row[s.x] = in[i]
		default:
			copy(row[3*s.x:], in[3*i:3*i+3])
		}
		covered[s.x] = 1
		s.x++
	}
	return nil
}
