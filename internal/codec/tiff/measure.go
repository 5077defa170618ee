package tiff

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"errors"
	"io"
)

// measure returns the length in bytes of the compressed strip or tile i at the given offset, whose declared length is cut off. For most
// compressions it decodes the strip, because only the decoded length is known. ok is false if the strip is damaged, or if strips of its
// compression can't be measured.
func (d *decoder) measure(i, at int64) (n int64, ok bool) {
	l := d.layout
	end := int64(len(d.data))
	if l.start > at {
		end = min(end, l.start)
	}
	if at >= end || l.fillOrder == 2 {
		return 0, false
	}
	in := d.data[at:end]
	rows := l.segH
	if !l.tiled {
		rows = min(rows, l.height-int(i%int64(l.down()))*l.segH)
	}
	var used int
	var err error
	switch l.compression {
	case deflate, deflateOld:
		used, err = d.measureDeflate(in, l.segBytes(rows))
	case packBits:
		used, err = d.measurePackBits(in, l.segBytes(rows))
	case newJPEG:
		used, err = d.measureJPEG(in)
	case lzw, faxG4:
		used, err = d.measureSource(in, rows)
	default:
		return 0, false
	}
	return int64(used), err == nil
}

// length is like measure, but measures a strip or tile only once, although each plane passes the strips of the planes before it.
func (d *decoder) length(i, at int64) (n int64, ok bool) {
	if n, ok = d.lengths[i]; ok {
		return n, n > 0
	}
	if n, ok = d.measure(i, at); !ok {
		n = 0
	}
	const entry = 64 // bytes, with the map's own memory
	if d.account.Take(entry) != nil {
		return n, ok
	}
	d.taken += entry
	if d.lengths == nil {
		d.lengths = map[int64]int64{}
	}
	d.lengths[i] = n
	return n, ok
}

// measureJPEG measures a JPEG up to its EOI marker.
func (d *decoder) measureJPEG(in []byte) (int, error) {
	at := bytes.Index(in, []byte{0xff, jpegEOI})
	if at < 0 {
		return 0, cmp.Or(d.meter.Spend(int64(len(in))), io.ErrUnexpectedEOF)
	}
	return at + 2, d.meter.Spend(int64(at))
}

// measureDeflate measures a zlib stream of want decoded bytes. It allocates less than codec.Free, once per decoder.
func (d *decoder) measureDeflate(in []byte, want int64) (int, error) {
	r := bytes.NewReader(in)
	z, err := d.inflate(r)
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 4<<10)
	for {
		before := r.Len()
		n, err := z.Read(buf)
		if want -= int64(n); want < 0 {
			return 0, corrupt("a strip or tile is too long")
		}
		if err := d.meter.Spend(int64(before-r.Len()) + int64(n)/16); err != nil {
			return 0, err
		}
		if err == io.EOF || errors.Is(err, zlib.ErrChecksum) {
			return len(in) - r.Len(), nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// inflate returns a reader of a zlib stream.
func (d *decoder) inflate(r *bytes.Reader) (z io.Reader, err error) {
	if d.inflater != nil {
		return d.inflater, d.inflater.(zlib.Resetter).Reset(r, nil)
	}
	d.inflater, err = zlib.NewReader(r)
	return d.inflater, err
}

// measurePackBits measures PackBits of want decoded bytes.
func (d *decoder) measurePackBits(in []byte, want int64) (int, error) {
	at := 0
	for want > 0 {
		if at >= len(in) {
			return 0, io.ErrUnexpectedEOF
		}
		switch control := int8(in[at]); {
		case control >= 0:
			at += 2 + int(control)
			want -= 1 + int64(control)
		case control == -128:
			at++
		default:
			at += 2
			want -= 1 - int64(control)
		}
	}
	if at > len(in) {
		return 0, io.ErrUnexpectedEOF
	}
	return at, d.meter.Spend(int64(at))
}

// A ruler is a source that knows how many bytes of a strip or tile it has used when all rows are decoded.
type ruler interface {
	source
	end() (int, error)
}

// measureSource measures a strip or tile with a source of its own.
func (d *decoder) measureSource(in []byte, rows int) (int, error) {
	l := d.layout
	if d.ruler == nil {
		need := l.aloneBytes() + int64(l.segRowBytes())
		if err := d.account.Take(need); err != nil {
			return 0, err
		}
		d.taken += need
		s, err := d.newSource()
		if err != nil {
			return 0, err
		}
		if c, ok := s.(*chromaSource); ok {
			s = c.source
		}
		d.ruler, d.ruled = s.(ruler), make([]byte, l.segRowBytes())
	}
	if err := d.ruler.reset(in, rows); err != nil {
		return 0, err
	}
	for range l.segBytes(rows) / int64(len(d.ruled)) {
		if err := d.ruler.read(d.ruled); err != nil {
			return 0, err
		}
	}
	return d.ruler.end()
}

// end reads the code that ends a strip or tile.
func (s *lzwSource) end() (int, error) {
	for range 2 { // a clear code may come first
		code, err := s.code()
		switch {
		case err != nil:
			return 0, err
		case code == lzwEnd:
			return s.pos - int(s.count/8), nil
		case code == lzwClear:
			s.clear()
		}
	}
	return 0, corrupt("no end of an LZW strip")
}

// end reads the end-of-facsimile-block code of T.6, if there is one.
func (s *faxSource) end() (int, error) {
	for range 2 {
		if s.bits.peek(12) == 1 {
			s.bits.skip(12)
		}
	}
	return s.bits.pos - int(s.bits.count/8), s.bits.overrun()
}
