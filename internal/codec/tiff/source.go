package tiff

import (
	"context"
	"io"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// A source decompresses the rows of strips or tiles.
type source interface {
	// reset starts a strip or tile with the given number of rows.
	reset(in []byte, rows int) error

	// read decompresses the next row into p.
	read(p []byte) error

	// close releases memory.
	close()
}

// A slicer is a source that can return rows without copying. A row is valid until the next call and must not be
// modified.
type slicer interface {
	slice(n int) ([]byte, error)
}

// newSource returns the source for the compression.
func (d *decoder) newSource() (source, error) {
	l := d.layout
	in := input{meter: d.meter, reversed: l.fillOrder == 2 && !l.isJPEG()}
	var s source
	switch l.compression {
	case plain:
		s = &plainSource{input: in}
	case packBits:
		s = &packBitsSource{input: in}
	case lzw:
		s = &lzwSource{input: in, row: l.segRowBytes()}
	case deflate, deflateOld:
		s = &deflateSource{input: in, inflater: new(png.Inflater), row: l.segRowBytes()}
	case newJPEG, oldJPEG:
		s = &jpegSource{d: d}
	default:
		f, err := newFaxSource(d.ctx, l, in)
		if err != nil {
			return nil, err
		}
		if d.tolerant {
			f.missing = &d.missing
		}
		s = f
	}
	if l.subsampled() {
		return newChromaSource(d.ctx, l, s)
	}
	return s, nil
}

// input has the compressed bytes of a strip or tile.
type input struct {
	meter    *codec.Meter
	reversed bool // the lowest bit of each byte comes first
	data     []byte
	spent    int // bytes that were reported to the meter
}

// segmentCost is the cost of starting a strip or tile, in units of codec.Meter.
const segmentCost = 64

func (s *input) reset(in []byte, _ int) error {
	s.data, s.spent = in, 0
	return s.meter.Spend(segmentCost)
}

func (s *input) close() { s.data = nil }

// spend reports to the meter that the input was read up to pos and that n bytes were decompressed.
func (s *input) spend(pos, n int) error {
	used := pos - s.spent
	s.spent = pos
	return s.meter.Spend(1 + int64(used) + int64(n)/16)
}

// plainSource reads uncompressed data.
type plainSource struct{ input }

// slice returns the next n bytes as a slice of the file.
func (s *plainSource) slice(n int) ([]byte, error) {
	if n > len(s.data) {
		return nil, io.ErrUnexpectedEOF
	}
	row := s.data[:n:n]
	s.data = s.data[n:]
	return row, s.meter.Output(n)
}

func (s *plainSource) read(p []byte) error {
	row, err := s.slice(len(p))
	if err != nil {
		return err
	}
	copy(p, row)
	if s.reversed {
		reverse(p)
	}
	return nil
}

func reverse(p []byte) {
	for i, v := range p {
		p[i] = bits.Reverse8(v)
	}
}

// packBitsSource decodes PackBits (section 9).
type packBitsSource struct {
	input
	pos    int
	run    int // remaining bytes of the current run
	repeat bool
	value  byte
}

func (s *packBitsSource) reset(in []byte, rows int) error {
	s.pos, s.run = 0, 0
	return s.input.reset(in, rows)
}

func (s *packBitsSource) read(p []byte) error {
	out := p
	for len(p) > 0 {
		if s.run == 0 {
			if err := s.begin(); err != nil {
				return err
			}
		}
		n := min(s.run, len(p))
		if s.repeat {
			for i := range p[:n] {
				p[i] = s.value
			}
		} else {
			if n = copy(p[:n], s.data[s.pos:]); n == 0 {
				return io.ErrUnexpectedEOF
			}
			if s.reversed {
				reverse(p[:n])
			}
			s.pos += n
		}
		p = p[n:]
		s.run -= n
	}
	return s.spend(s.pos, len(out))
}

// begin reads control bytes up to the next run.
func (s *packBitsSource) begin() error {
	for s.run == 0 {
		if s.pos+1 >= len(s.data) {
			return io.ErrUnexpectedEOF
		}
		control := int8(s.byte(s.pos))
		s.pos++
		switch {
		case control >= 0:
			s.run, s.repeat = int(control)+1, false
		case control != -128: // the control byte -128 does nothing
			s.run, s.repeat, s.value = 1-int(control), true, s.byte(s.pos)
			s.pos++
		case s.pos&0xffff == 0:
			if err := s.spend(s.pos, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *input) byte(i int) byte {
	if s.reversed {
		return bits.Reverse8(s.data[i])
	}
	return s.data[i]
}

// chromaSource converts blocks of several luma samples and one Cb and Cr (section 21) to pixels of three samples.
type chromaSource struct {
	source
	subX, subY int
	block      []byte // a row of blocks
	next       int    // next row within the blocks
}

func newChromaSource(ctx context.Context, l *layout, s source) (source, error) {
	block, err := codec.Bytes(ctx, l.segRowBytes())
	if err != nil {
		return nil, err
	}
	return &chromaSource{source: s, subX: l.subX, subY: l.subY, block: block}, nil
}

func (s *chromaSource) reset(in []byte, rows int) error {
	s.next = 0
	return s.source.reset(in, rows)
}

func (s *chromaSource) read(p []byte) error {
	if s.next == 0 {
		if err := s.source.read(s.block); err != nil {
			return err
		}
	}
	n := s.subX*s.subY + 2
	for b := s.block; len(p) >= 3; b = b[n:] {
		luma, cb, cr := b[s.next*s.subX:][:s.subX], b[n-2], b[n-1]
		for _, y := range luma {
			if len(p) < 3 {
				break
			}
			p[0], p[1], p[2] = y, cb, cr
			p = p[3:]
		}
	}
	s.next = (s.next + 1) % s.subY
	return nil
}
