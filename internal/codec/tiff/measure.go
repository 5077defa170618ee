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
	if deflated := l.compression == deflate || l.compression == deflateOld; at >= end || l.fillOrder == 2 && deflated {
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
	case plain, oldJPEG:
		return 0, false
	case deflate, deflateOld:
		used, err = d.measureDeflate(in, l.segBytes(rows))
	case newJPEG:
		used, err = d.measureJPEG(in)
	default:
		used, err = d.measureSource(in, rows)
	}
	return int64(used), err == nil
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

// A ruler is a source that knows how many bytes of a strip or tile it has used when all rows are decoded.
type ruler interface {
	source

	// end returns the length in bytes of the strip or tile, including the code that ends it.
	end() (int, error)
}

// rulerBytes returns the memory of a ruler.
func (l *layout) rulerBytes() int64 {
	row := int64(l.segRowBytes())
	n := l.aloneBytes() + 2*row // one of them for the blocks of subsampled chroma
	if l.isFax() {
		n += l.faxBytes()
	}
	return n
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
		switch of := s.(type) {
		case *chromaSource:
			s = of.source
		case *faxSource:
			of.missing = nil // a damaged strip has no certain end
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

// end counts the rest of a run that is longer than the rows.
func (s *packBitsSource) end() (int, error) {
	n := s.pos
	if s.run > 0 && !s.repeat {
		n += s.run
	}
	if n > len(s.data) {
		return 0, io.ErrUnexpectedEOF
	}
	return n, nil
}
