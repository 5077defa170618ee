package tiff

import (
	"context"
	"errors"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// faxSource decodes fax: T.4 in one and two dimensions, and T.6. A row is stored as the columns at which its color
// changes. It begins with white.
type faxSource struct {
	input
	bits  faxBits
	codes *faxTables
	width int
	two   bool // T.4 in two dimensions: each row declares how it is coded
	kind  int  // the compression
	above []int32
	row   []int32

	missing *int64 // counts the pixels of damaged rows after which T.4 continues; nil if it must not continue
	lost    int    // number of rows that follow without data
}

func newFaxSource(ctx context.Context, l *layout, in input) (*faxSource, error) {
	s := &faxSource{input: in, codes: faxCodes(), width: l.segW, kind: l.compression, two: l.compression == faxG3 && l.t4&1 != 0}
	var err error
	if s.above, err = codec.Make[int32](ctx, l.segW+faxSpare, 4); err != nil {
		return nil, err
	}
	s.row, err = codec.Make[int32](ctx, l.segW+faxSpare, 4)
	return s, err
}

// faxEnd is the number of entries after the last change that decoding may read. faxSpare is the number of entries
// that a row needs besides one per pixel: for faxEnd, and for runs of length 0.
const (
	faxEnd   = 4
	faxSpare = 8
)

func (s *faxSource) reset(in []byte, rows int) error {
	s.bits = faxBits{data: in, reversed: s.reversed}
	s.lost = 0
	s.row = s.row[:0] // a white row
	s.closeRow()
	s.row, s.above = s.above, s.row
	return s.input.reset(in, rows)
}

func (s *faxSource) read(p []byte) error {
	if s.lost > 0 {
		s.lost--
		*s.missing += int64(s.width)
		clear(p)
		return s.spend(min(s.bits.pos, len(s.data)), len(p))
	}
	two := s.kind == faxG4
	var err error
	switch s.kind {
	case faxG3:
		if two, err = s.endOfLine(); err != nil {
			return err
		}
	case faxRLE:
		s.bits.align(8)
	case faxRLEW:
		s.bits.align(16)
	}
	s.row = s.row[:0]
	if two {
		err = s.twoDimensions()
	} else {
		err = s.oneDimension()
	}
	if err != nil {
		if err = s.resume(err); err != nil {
			return err
		}
	}
	s.draw(p)
	s.closeRow()
	s.row, s.above = s.above, s.row
	return s.spend(min(s.bits.pos, len(s.data)), len(p))
}

// closeRow appends the entries that decoding the next row reads after the last change.
func (s *faxSource) closeRow() {
	for range faxEnd {
		s.row = append(s.row, int32(s.width))
	}
}

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

// oneDimension decodes a row of runs of alternating color (T.4, 4.1).
func (s *faxSource) oneDimension() error {
	at := 0
	for color := 0; at < s.width; color ^= 1 {
		n, err := s.run(color)
		if err != nil {
			return err
		}
		at += n
		if err := s.change(at); err != nil {
			return err
		}
	}
	return nil
}

// run reads the length of a run.
func (s *faxSource) run(color int) (int, error) {
	total := 0
	for {
		r := s.codes.runs[color][s.bits.peek(faxPeek)]
		if r.bits == 0 {
			return 0, s.badCode()
		}
		s.bits.skip(uint(r.bits))
		total += int(r.pixels)
		switch {
		case total > s.width:
			return 0, corrupt("a run extends beyond its row")
		case r.pixels < 64:
			return total, s.bits.overrun()
		}
	}
}

func (s *faxSource) badCode() error {
	if err := s.bits.overrun(); err != nil {
		return err
	}
	return corrupt("invalid fax code")
}

// change appends a column at which the color changes.
func (s *faxSource) change(at int) error {
	switch {
	case at > s.width:
		return corrupt("a run extends beyond its row")
	case len(s.row) == cap(s.row)-faxEnd:
		return corrupt("too many runs of length 0")
	}
	s.row = append(s.row, int32(at))
	return nil
}

// twoDimensions decodes a row that is coded as differences from the row above (T.4, 4.2; T.6, 2.2).
func (s *faxSource) twoDimensions() error {
	at, color, b := -1, 0, 0
	for at < s.width {
		m := s.codes.modes[s.bits.peek(faxModePeek)]
		if m.bits == 0 {
			return s.badCode()
		}
		s.bits.skip(uint(m.bits))
		if err := s.bits.overrun(); err != nil {
			return err
		}
		for b > 0 && int(s.above[b-1]) > at {
			b--
		}
		for b&1 != color || int(s.above[b]) <= at && int(s.above[b]) < s.width {
			b++
		}
		switch m.mode {
		case modePass:
			at = int(s.above[b+1])
		case modeVertical:
			next := int(s.above[b]) + int(m.shift)
			if next < max(at, 0) {
				return corrupt("a run of negative length")
			}
			if err := s.change(next); err != nil {
				return err
			}
			at, color = next, color^1
		case modeHorizontal:
			next := max(at, 0)
			for i := range 2 {
				n, err := s.run(color ^ i)
				if err != nil {
					return err
				}
				next += n
				if err := s.change(next); err != nil {
					return err
				}
			}
			at = next
		}
	}
	return nil
}

// draw writes the row to p, one bit per pixel. 1 is black.
func (s *faxSource) draw(p []byte) {
	clear(p)
	for i := 0; i < len(s.row); i += 2 {
		from, to := int(s.row[i]), s.width
		if i+1 < len(s.row) {
			to = int(s.row[i+1])
		}
		blacken(p, from, to)
	}
}

func blacken(p []byte, from, to int) {
	if from >= to {
		return
	}
	first, last := from/8, (to-1)/8
	head, tail := byte(0xff)>>(from%8), byte(0xff)<<(7-(to-1)%8)
	if first == last {
		p[first] |= head & tail
		return
	}
	p[first] |= head
	for i := first + 1; i < last; i++ {
		p[i] = 0xff
	}
	p[last] |= tail
}

// faxBits reads bits, starting with the highest or the lowest bit of each byte. After the end it reads zeros.
type faxBits struct {
	data     []byte
	reversed bool
	pos      int // index of the next byte; may be beyond the end
	acc      uint64
	count    uint
}

// peek returns the next n ≤ 16 bits.
func (b *faxBits) peek(n uint) uint32 {
	for b.count < n {
		v := byte(0)
		if b.pos < len(b.data) {
			v = (&input{data: b.data, reversed: b.reversed}).byte(b.pos)
		}
		b.acc = b.acc<<8 | uint64(v)
		b.pos++
		b.count += 8
	}
	return uint32(b.acc >> (b.count - n) & (1<<n - 1))
}

func (b *faxBits) skip(n uint) {
	b.peek(n)
	b.count -= n
}

// align skips to the next multiple of n bits.
func (b *faxBits) align(n uint) {
	if used := (uint(b.pos)*8 - b.count) % n; used != 0 {
		b.skip(n - used)
	}
}

// overrun returns an error if bits beyond the end were used.
func (b *faxBits) overrun() error {
	if b.pos-int(b.count/8) > len(b.data) {
		return io.ErrUnexpectedEOF
	}
	return nil
}
