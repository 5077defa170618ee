package tiff

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Types of a field's values (section 2).
const (
	typeByte      = 1
	typeASCII     = 2
	typeShort     = 3
	typeLong      = 4
	typeRational  = 5
	typeSByte     = 6
	typeUndefined = 7
	typeSShort    = 8
	typeSLong     = 9
	typeSRational = 10
	typeFloat     = 11
	typeDouble    = 12
	typeIFD       = 13
	typeLong8     = 16
	typeSLong8    = 17
	typeIFD8      = 18
)

var typeSize = [19]int64{
	typeByte: 1, typeASCII: 1, typeShort: 2, typeLong: 4, typeRational: 8, typeSByte: 1, typeUndefined: 1, typeSShort: 2, typeSLong: 4,
	typeSRational: 8, typeFloat: 4, typeDouble: 8, typeIFD: 4, typeLong8: 8, typeSLong8: 8, typeIFD8: 8,
}

// maxEntries is the maximum number of fields in a directory. It is the largest number that a classic TIFF can declare.
const maxEntries = 65535

// A field is an entry of the directory. Its values are in the entry itself if they fit, otherwise elsewhere in the file.
type field struct {
	order  binary.ByteOrder
	kind   uint16
	count  int64
	inline []byte // the values if they fit into the entry, else nil
	offset int64  // offset of the values if they do not fit
}

// size returns the size in bytes of all values.
func (f *field) size() int64 {
	if int(f.kind) >= len(typeSize) || f.count > math.MaxInt64/8 {
		return 0
	}
	return typeSize[f.kind] * f.count
}

// bytes returns the encoded values. ok is false if the file does not contain all of them.
func (f *field) bytes(data []byte) ([]byte, bool) {
	n := f.size()
	switch {
	case f.inline != nil:
		return f.inline[:n], true
	case n > int64(len(data)) || f.offset > int64(len(data))-n:
		return nil, false
	}
	return data[f.offset : f.offset+n : f.offset+n], true
}

// at returns integer value i of the field. data is the whole file. ok is false if the value is not in the file.
func (f *field) at(data []byte, i int64) (int64, bool) {
	n := int64(0)
	if int(f.kind) < len(typeSize) {
		n = typeSize[f.kind]
	}
	if i >= f.count || n == 0 {
		return 0, false
	}
	if f.inline != nil {
		return number(f.order, f.kind, f.inline[i*n:])
	}
	if f.offset > int64(len(data)) || i >= (int64(len(data))-f.offset)/n {
		return 0, false
	}
	return number(f.order, f.kind, data[f.offset+i*n:])
}

// number reads one integer. ok is false if it is larger than 2^63-1.
func number(order binary.ByteOrder, kind uint16, b []byte) (int64, bool) {
	switch kind {
	case typeByte, typeUndefined:
		return int64(b[0]), true
	case typeSByte:
		return int64(int8(b[0])), true
	case typeShort:
		return int64(order.Uint16(b)), true
	case typeSShort:
		return int64(int16(order.Uint16(b))), true
	case typeLong, typeIFD:
		return int64(order.Uint32(b)), true
	case typeSLong:
		return int64(int32(order.Uint32(b))), true
	case typeLong8, typeIFD8, typeSLong8:
		v := int64(order.Uint64(b))
		return v, v >= 0
	}
	return 0, false
}

// numbers reads the first n values from r as integers. It returns fewer if the field has fewer.
func (f *field) numbers(r *codec.Reader, n int) ([]int64, error) {
	b, err := f.read(r, n)
	if err != nil || b == nil {
		return nil, err
	}
	size := int(typeSize[f.kind])
	out := make([]int64, 0, len(b)/size)
	for ; len(b) >= size; b = b[size:] {
		if v, ok := number(f.order, f.kind, b); ok {
			out = append(out, v)
		}
	}
	return out, nil
}

// reals is like numbers, but returns floating point numbers.
func (f *field) reals(r *codec.Reader, n int) ([]float64, error) {
	b, err := f.read(r, n)
	if err != nil || b == nil {
		return nil, err
	}
	size := int(typeSize[f.kind])
	out := make([]float64, 0, len(b)/size)
	for ; len(b) >= size; b = b[size:] {
		switch f.kind {
		case typeRational:
			out = append(out, float64(f.order.Uint32(b))/float64(f.order.Uint32(b[4:])))
		case typeSRational:
			out = append(out, float64(int32(f.order.Uint32(b)))/float64(int32(f.order.Uint32(b[4:]))))
		case typeFloat:
			out = append(out, float64(math.Float32frombits(f.order.Uint32(b))))
		case typeDouble:
			out = append(out, math.Float64frombits(f.order.Uint64(b)))
		default:
			v, _ := number(f.order, f.kind, b)
			out = append(out, float64(v))
		}
	}
	return out, nil
}

// read returns the encoded first n values. They are valid until the next use of r.
func (f *field) read(r *codec.Reader, n int) ([]byte, error) {
	if int(f.kind) >= len(typeSize) || typeSize[f.kind] == 0 {
		return nil, nil
	}
	size := typeSize[f.kind] * min(f.count, int64(n))
	if f.inline != nil {
		return f.inline[:size], nil
	}
	if err := r.SeekTo(f.offset); err != nil {
		return nil, err
	}
	return r.Block(size)
}

// readDirectory calls visit for every field of the first directory, and returns the offset of the directory. cut
// means that the file ends before the last field.
func readDirectory(r *codec.Reader, visit func(tag uint16, f field) error) (at int64, cut bool, err error) {
	start, err := r.Peek(16)
	if err != nil {
		return 0, false, err
	}
	if len(start) < 8 {
		return 0, false, corrupt("no directory")
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if start[0] == 'M' {
		order = binary.BigEndian
	}
	d := directory{r: r, order: order, big: order.Uint16(start[2:]) == 43}
	at = int64(order.Uint32(start[4:]))
	if d.big {
		if len(start) < 16 || order.Uint16(start[4:]) != 8 {
			return 0, false, corrupt("the BigTIFF offset size is not 8")
		}
		at = int64(order.Uint64(start[8:]))
	}
	if at < 8 {
		return 0, false, corrupt("no directory")
	}
	if err := r.SeekTo(at); err != nil {
		return 0, false, err
	}
	cut, err = d.fields(visit)
	return at, cut, err
}

// A directory holds the state of reading a directory.
type directory struct {
	r     *codec.Reader
	order binary.ByteOrder
	big   bool
}

// fields calls visit for every field of the directory at the reader's position.
func (d *directory) fields(visit func(tag uint16, f field) error) (cut bool, err error) {
	counter, entry := int64(2), int64(12)
	if d.big {
		counter, entry = 8, 20
	}
	b, err := d.r.Block(counter)
	if err != nil {
		return false, err
	}
	n := uint64(d.order.Uint16(b))
	if d.big {
		n = d.order.Uint64(b)
	}
	if n > maxEntries {
		return false, corrupt("a directory of %d fields", n)
	}
	for i := range n {
		e, err := d.r.Block(entry)
		if errors.Is(err, io.ErrUnexpectedEOF) && i > 0 {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if err := visit(d.order.Uint16(e), d.field(e)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// field parses an entry.
func (d *directory) field(e []byte) field {
	f := field{order: d.order, kind: d.order.Uint16(e[2:])}
	values := e[8:]
	count := uint64(d.order.Uint32(e[4:]))
	if d.big {
		count, values = d.order.Uint64(e[4:]), e[12:]
	}
	f.count = int64(min(count, 1<<48))
	if f.size() <= int64(len(values)) {
		f.inline = append([]byte(nil), values...)
		return f
	}
	if d.big {
		f.offset = int64(min(d.order.Uint64(values), 1<<62))
	} else {
		f.offset = int64(d.order.Uint32(values))
	}
	return f
}
