package tiff

import (
	"context"

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

// faxBytes returns the memory of the rows of a faxSource.
func (l *layout) faxBytes() int64 { return 2 * 4 * int64(l.segW+faxSpare) }

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
