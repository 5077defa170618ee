package tiff_test

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// byteOrder is that of a file.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// file is a TIFF that tests make: its fields, and strips or tiles that are compressed already.
type file struct {
	order  byteOrder
	big    bool
	fields map[uint16]any // []uint16, []uint32, []byte, []float32
	parts  [][]byte       // strips or tiles
	tiled  bool
	noSize bool // without StripByteCounts
	last   bool // long values stand behind the directory, as libtiff writes them
}

func newFile(w, h, bits, samples, photometric int, parts ...[]byte) *file {
	depths := make([]uint16, samples)
	for i := range depths {
		depths[i] = uint16(bits)
	}
	return &file{order: binary.LittleEndian, parts: parts, fields: map[uint16]any{
		256: []uint32{uint32(w)}, 257: []uint32{uint32(h)}, 258: depths, 259: []uint16{1}, 262: []uint16{uint16(photometric)},
		277: []uint16{uint16(samples)},
	}}
}

func (f *file) set(tag uint16, v any) *file {
	if v == nil {
		delete(f.fields, tag)
	} else {
		f.fields[tag] = v
	}
	return f
}

// encode writes the file: header, strips, long values, directory.
func (f *file) encode() []byte {
	var out []byte
	put := func(v any) { out, _ = binary.Append(out, f.order, v) }
	magic := []byte("II")
	if f.order == byteOrder(binary.BigEndian) {
		magic = []byte("MM")
	}
	out = append(out, magic...)
	if f.big {
		put(uint16(43))
		put(uint16(8))
		put(uint16(0))
		put(uint64(0))
	} else {
		put(uint16(42))
		put(uint32(0))
	}
	offsets, sizes := make([]uint32, len(f.parts)), make([]uint32, len(f.parts))
	for i, p := range f.parts {
		offsets[i], sizes[i] = uint32(len(out)), uint32(len(p))
		out = append(out, p...)
	}
	fields := map[uint16]any{}
	for tag, v := range f.fields {
		fields[tag] = v
	}
	where := map[bool][2]uint16{false: {273, 279}, true: {324, 325}}[f.tiled]
	if _, ok := fields[where[0]]; !ok {
		fields[where[0]] = offsets
	}
	if _, ok := fields[where[1]]; !ok && !f.noSize {
		fields[where[1]] = sizes
	}
	return f.directory(out, fields)
}

func (f *file) directory(out []byte, fields map[uint16]any) []byte {
	put := func(v any) { out, _ = binary.Append(out, f.order, v) }
	inline := 4
	if f.big {
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
		if binary.Size(v) > inline && !f.last {
			places[uint16(tag)] = len(out)
			put(v)
		}
	}
	at := len(out)
	behind := at + 2 + 12*len(tags) + 4
	if f.big {
		behind = at + 8 + 20*len(tags) + 8
	}
	for _, tag := range tags {
		if v := fields[tag]; binary.Size(v) > inline && f.last {
			places[tag] = behind
			behind += binary.Size(v)
		}
	}
	number := func(v int) {
		if f.big {
			put(uint64(v))
		} else {
			put(uint32(v))
		}
	}
	if f.big {
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
		if v := fields[tag]; binary.Size(v) > inline && f.last {
			put(v)
		}
	}
	if f.big {
		f.order.PutUint64(out[8:], uint64(at))
	} else {
		f.order.PutUint32(out[4:], uint32(at))
	}
	return out
}

// pack makes rows of samples of so many bits each, rows begin with a byte.
func pack(order byteOrder, bits, perRow int, values []uint64) []byte {
	var out []byte
	for ; len(values) > 0; values = values[min(perRow, len(values)):] {
		row := values[:min(perRow, len(values))]
		switch bits {
		case 16:
			for _, v := range row {
				out = order.AppendUint16(out, uint16(v))
			}
			continue
		case 24:
			for _, v := range row {
				if order == byteOrder(binary.LittleEndian) {
					out = append(out, byte(v), byte(v>>8), byte(v>>16))
				} else {
					out = append(out, byte(v>>16), byte(v>>8), byte(v))
				}
			}
			continue
		case 32:
			for _, v := range row {
				out = order.AppendUint32(out, uint32(v))
			}
			continue
		case 64:
			for _, v := range row {
				out = order.AppendUint64(out, v)
			}
			continue
		}
		acc, count := uint64(0), 0
		for _, v := range row {
			acc, count = acc<<bits|v, count+bits
			for count >= 8 {
				out = append(out, byte(acc>>(count-8)))
				count -= 8
			}
		}
		if count > 0 {
			out = append(out, byte(acc<<(8-count)))
		}
	}
	return out
}

// noise returns n samples of so many bits, of which neighbors are alike.
func noise(seed uint64, n, bits int) []uint64 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]uint64, n)
	most := math.Pow(2, float64(bits)) - 1
	v := 0.5
	for i := range out {
		v = min(1, max(0, v+(r.Float64()-0.5)/8))
		if r.IntN(50) == 0 {
			v = math.Round(r.Float64())
		}
		out[i] = uint64(math.Round(v * most))
	}
	return out
}

// level brings a sample of so many bits to 16.
func level(v uint64, bits int) uint16 {
	if bits > 16 {
		return uint16(v >> (bits - 16))
	}
	return uint16(v * 65535 / (1<<bits - 1))
}

// grayOf and rgbOf are the pictures that samples mean.
func grayOf(w, h, bits int, values []uint64) image.Image {
	m := image.NewGray16(image.Rect(0, 0, w, h))
	for i, v := range values[:w*h] {
		m.SetGray16(i%w, i/w, color.Gray16{Y: level(v, bits)})
	}
	return m
}

func rgbOf(w, h, bits, samples int, values []uint64) image.Image {
	m := image.NewNRGBA64(image.Rect(0, 0, w, h))
	for i := range w * h {
		p := values[i*samples:]
		m.SetNRGBA64(i%w, i/w, color.NRGBA64{R: level(p[0], bits), G: level(p[1], bits), B: level(p[2], bits), A: 65535})
	}
	return m
}

// sameAs returns the largest difference of two pictures in levels of 8 bits.
func sameAs(a, b image.Image) float64 {
	if a.Bounds().Size() != b.Bounds().Size() {
		return math.Inf(1)
	}
	most := 0.0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, c, d := a.At(x, y).RGBA()
			r2, g2, c2, d2 := b.At(x, y).RGBA()
			for _, v := range [4][2]uint32{{r, r2}, {g, g2}, {c, c2}, {d, d2}} {
				most = max(most, math.Abs(float64(v[0])-float64(v[1]))/257)
			}
		}
	}
	return most
}
