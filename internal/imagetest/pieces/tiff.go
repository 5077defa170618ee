package pieces

import "encoding/binary"

// A ByteOrder is the byte order of a TIFF.
type ByteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// A TIFF describes a file for tests: its fields, and strips or tiles that are already compressed.
type TIFF struct {
	Order  ByteOrder
	Big    bool           // BigTIFF
	Fields map[uint16]any // by tag: []uint16, []uint32, []byte, []float32
	Parts  [][]byte       // strips or tiles
	Tiled  bool
	NoSize bool // StripByteCounts is omitted
	Last   bool // values that do not fit into the directory follow it, as in files of libtiff
}

// NewTIFF returns a little-endian TIFF without compression. If there is one part, it is a strip of all rows.
func NewTIFF(w, h, bits, samples, photometric int, parts ...[]byte) *TIFF {
	depths := make([]uint16, samples)
	for i := range depths {
		depths[i] = uint16(bits)
	}
	return &TIFF{Order: binary.LittleEndian, Parts: parts, Fields: map[uint16]any{
		256: []uint32{uint32(w)}, 257: []uint32{uint32(h)}, 258: depths, 259: []uint16{1}, 262: []uint16{uint16(photometric)},
		277: []uint16{uint16(samples)},
	}}
}

// Set sets a field, or removes it if v is nil.
func (f *TIFF) Set(tag uint16, v any) *TIFF {
	if v == nil {
		delete(f.Fields, tag)
	} else {
		f.Fields[tag] = v
	}
	return f
}

// Encode writes the file: header, strips or tiles, values that do not fit into the directory, and the directory.
func (f *TIFF) Encode() []byte {
	var out []byte
	put := func(v any) { out, _ = binary.Append(out, f.Order, v) }
	magic := []byte("II")
	if f.Order == ByteOrder(binary.BigEndian) {
		magic = []byte("MM")
	}
	out = append(out, magic...)
	if f.Big {
		put(uint16(43))
		put(uint16(8))
		put(uint16(0))
		put(uint64(0))
	} else {
		put(uint16(42))
		put(uint32(0))
	}
	offsets, sizes := make([]uint32, len(f.Parts)), make([]uint32, len(f.Parts))
	for i, p := range f.Parts {
		offsets[i], sizes[i] = uint32(len(out)), uint32(len(p))
		out = append(out, p...)
	}
	fields := map[uint16]any{}
	for tag, v := range f.Fields {
		fields[tag] = v
	}
	where := map[bool][2]uint16{false: {273, 279}, true: {324, 325}}[f.Tiled]
	if _, ok := fields[where[0]]; !ok {
		fields[where[0]] = offsets
	}
	if _, ok := fields[where[1]]; !ok && !f.NoSize {
		fields[where[1]] = sizes
	}
	return f.directory(out, fields)
}

func (f *TIFF) directory(out []byte, fields map[uint16]any) []byte {
	put := func(v any) { out, _ = binary.Append(out, f.Order, v) }
	inline := 4
	if f.Big {
		inline = 8
	}
	var tags []uint16
	places := map[uint16]int{}
	for tag := range 1 << 16 {
		v, ok := fields[uint16(tag)]
		if !ok {
			continue
		}
		tags = append(tags, uint16(tag))
		if binary.Size(v) > inline && !f.Last {
			places[uint16(tag)] = len(out)
			put(v)
		}
	}
	at := len(out)
	behind := at + 2 + 12*len(tags) + 4
	if f.Big {
		behind = at + 8 + 20*len(tags) + 8
	}
	for _, tag := range tags {
		if v := fields[tag]; binary.Size(v) > inline && f.Last {
			places[tag] = behind
			behind += binary.Size(v)
		}
	}
	number := func(v int) {
		if f.Big {
			put(uint64(v))
		} else {
			put(uint32(v))
		}
	}
	if f.Big {
		put(uint64(len(tags)))
	} else {
		put(uint16(len(tags)))
	}
	for _, tag := range tags {
		v := fields[tag]
		kind, size := map[bool]uint16{true: 7, false: 1}[tag >= 32768 || tag == 347], 1
		switch v.(type) {
		case []uint16:
			kind, size = 3, 2
		case []uint32:
			kind, size = 4, 4
		case []float32:
			kind, size = 11, 4
		}
		put(tag)
		put(kind)
		number(binary.Size(v) / size)
		if place, ok := places[tag]; ok {
			number(place)
			continue
		}
		before := len(out)
		put(v)
		out = append(out, make([]byte, inline-(len(out)-before))...)
	}
	number(0)
	for _, tag := range tags {
		if v := fields[tag]; binary.Size(v) > inline && f.Last {
			put(v)
		}
	}
	if f.Big {
		f.Order.PutUint64(out[8:], uint64(at))
	} else {
		f.Order.PutUint32(out[4:], uint32(at))
	}
	return out
}
