package exif

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
)

// block returns a TIFF header with a directory. The given entry is the second one in the directory.
func block(order binary.AppendByteOrder, kind uint16, count uint32, value []byte) []byte {
	b := []byte("II\x2a\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00\x2a")
	}
	b = order.AppendUint32(b, 10)
	b = append(b, 0xAA, 0xBB) // a gap
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x010f)
	b = append(b, make([]byte, 10)...)
	b = order.AppendUint16(b, orientationTag)
	b = order.AppendUint16(b, kind)
	b = order.AppendUint32(b, count)
	return append(b, append(value, 0, 0, 0, 0)[:4]...)
}

func TestOrientationIsReadInBothByteOrders(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for n := range uint16(8) {
			b := block(order, 3, 1, order.AppendUint16(nil, n+1))
			assert.Equal(t, int(n+1), Orientation(b))
			assert.Equal(t, int(n+1), Orientation(append([]byte("Exif\x00\x00"), b...)))
			assert.Equal(t, int(n+1), Orientation(append([]byte("Exif\x00\xff"), b...)))
			for _, kind := range []uint16{4, 9} {
				assert.Equal(t, int(n+1), Orientation(block(order, kind, 1, order.AppendUint32(nil, uint32(n+1)))), "type %d", kind)
			}
			assert.Equal(t, int(n+1), Orientation(block(order, 8, 1, order.AppendUint16(nil, n+1))))
			assert.Equal(t, int(n+1), Orientation(block(order, 3, 2, order.AppendUint16(order.AppendUint16(nil, n+1), 9))), "the first of two values")
		}
	}
}

func TestAnInvalidOrientationCountsAsUpright(t *testing.T) {
	order := binary.LittleEndian
	sound := block(order, 3, 1, []byte{6, 0})
	assert.Equal(t, 6, Orientation(sound))
	for n := range sound {
		assert.Equal(t, 1, Orientation(sound[:n]), "cut to %d bytes", n)
	}
	for name, b := range map[string][]byte{
		"0":                         block(order, 3, 1, []byte{0, 0}),
		"9":                         block(order, 3, 1, []byte{9, 0}),
		"text":                      block(order, 2, 1, []byte{6, 0}),
		"no value":                  block(order, 3, 0, []byte{6, 0}),
		"negative":                  block(order, 9, 1, []byte{255, 255, 255, 255}),
		"three values":              block(order, 3, 3, []byte{6, 0, 6, 0}),
		"a directory in the header": append([]byte("II\x2a\x00\x02\x00\x00\x00"), sound[8:]...),
		"a directory far beyond":    append([]byte("II\x2a\x00\xff\xff\xff\xff"), sound[8:]...),
		"another byte order":        append([]byte("IM"), sound[2:]...),
	} {
		assert.Equal(t, 1, Orientation(b), name)
	}
}

func TestOrientationDoesNotAllocate(t *testing.T) {
	b := block(binary.BigEndian, 3, 1, []byte{0, 6})
	assert.Zero(t, testing.AllocsPerRun(100, func() { Orientation(b) }))
}

func FuzzOrientation(f *testing.F) {
	f.Add(block(binary.LittleEndian, 3, 1, []byte{6, 0}))
	f.Add(append([]byte("Exif\x00\x00"), block(binary.BigEndian, 3, 1, []byte{0, 8})...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := Orientation(b); n < 1 || n > 8 {
			t.Fatal(n)
		}
	})
}

func BenchmarkOrientation(b *testing.B) {
	data := block(binary.BigEndian, 3, 1, []byte{0, 6})
	for b.Loop() {
		Orientation(data)
	}
}
