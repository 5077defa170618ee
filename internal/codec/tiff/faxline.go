package tiff

import (
	"errors"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// endOfLine skips an end-of-line code and the fill bits before it, if there is one. It reports whether the next row is
// coded in two dimensions.
func (s *faxSource) endOfLine() (two bool, err error) {
	for s.bits.peek(11) == 0 {
		for s.bits.peek(16) == 0 {
			s.bits.skip(8)
			if err := s.skipped(); err != nil {
				return false, err
			}
		}
		for s.bits.peek(1) == 0 {
			s.bits.skip(1)
		}
		s.bits.skip(1)
		if s.two {
			two = s.bits.peek(1) == 0
			s.bits.skip(1)
		}
		if err := s.skipped(); err != nil {
			return false, err
		}
	}
	return two, nil
}

// resume finds the end-of-line code after a damaged row. As in libtiff, the rest of that row is white. Rows that are coded as
// differences from it are lost, and become white, too. It returns err if it can't continue.
func (s *faxSource) resume(err error) error {
	if s.missing == nil || s.kind != faxG3 || !errors.Is(err, codec.ErrCorrupt) {
		return err
	}
	s.row = s.row[:len(s.row)&^1] // without the black run that has no end
	decoded := 0                  // pixels
	if n := len(s.row); n > 0 {
		decoded = int(s.row[n-1])
	}
	*s.missing += int64(max(s.width-decoded, 1))
	for {
		for s.bits.peek(12) != 1 {
			s.bits.skip(1)
			if err := s.skipped(); err != nil {
				return err
			}
		}
		if !s.two || s.bits.peek(13)&1 == 1 {
			return nil
		}
		s.bits.skip(13)
		s.lost++
	}
}

// skipped reports skipped bits to the meter at intervals. It returns an error at the end of the data.
func (s *faxSource) skipped() error {
	if err := s.bits.overrun(); err != nil {
		return err
	}
	if s.bits.pos-s.spent > 1<<14 {
		return s.spend(s.bits.pos, 0)
	}
	return nil
}

// end reads the codes that end a strip or tile.
func (s *faxSource) end() (int, error) {
	switch s.kind {
	case faxG3:
		s.returnToControl()
	case faxG4: // the end-of-facsimile-block code, if there is one
		for range 2 {
			if s.bits.peek(12) == 1 {
				s.bits.skip(12)
			}
		}
	case faxRLEW:
		s.bits.align(16)
	}
	return s.bits.pos - int(s.bits.count/8), s.bits.overrun()
}

// returnToControl skips up to six end-of-line codes (T.4, 4.1.4). If there are fewer, the last one may begin the next strip or tile. It is
// skipped only if it begins within the last byte of this one.
func (s *faxSource) returnToControl() {
	var before faxBits // before the previous code
	next := false      // the previous code may begin the next strip or tile
	for range 6 {
		here := s.bits
		if !s.findLineEnd() {
			if s.bits = here; next {
				s.bits = before
			}
			return
		}
		before, next = here, s.bits.at() >= (here.at()+7)&^7
		s.bits.skip(12)
		if s.two {
			s.bits.skip(1)
		}
	}
}

// findLineEnd skips the fill bits that align an end-of-line code of T.4 to a byte. It reports whether there is such a code.
func (s *faxSource) findLineEnd() bool {
	const fill = 7 // bits
	for range fill {
		if s.bits.peek(12) != 0 {
			break
		}
		s.bits.skip(1)
	}
	return s.bits.peek(12) == 1
}
