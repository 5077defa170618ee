package colorspace

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestThePayloadIsFoundWhereverItIs(t *testing.T) {
	file := []byte("0123456789 sequence, and more; header")
	be16 := func(v ...uint16) (b []byte) {
		for _, n := range v {
			b = binary.BigEndian.AppendUint16(b, n)
		}
		return b
	}
	be64 := func(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }
	iloc := func(version byte, content ...[]byte) []byte {
		return pack("iloc", append([][]byte{{version, 0, 0, 0}}, content...)...)
	}
	dimg := func(version byte, content ...[]byte) []byte {
		return pack("iref", []byte{version, 0, 0, 0}, pack("auxl", be16(9, 1, 1)), pack("dimg", content...))
	}
	located := func(at, n uint32) []byte { // the second of two items
		return iloc(0, be16(0x4400, 2, 1, 0, 1), numbers(0, 5), be16(7, 0, 1), numbers(at, n))
	}
	plain := located(11, 8)
	for name, c := range map[string]struct {
		meta []byte
		item uint32
		want string
	}{
		"in the file":                 {plain, 7, "sequence"},
		"not there":                   {plain, 8, ""},
		"nowhere":                     {nil, 7, ""},
		"of no length, from a base":   {iloc(0, be16(0x4040, 1, 7, 0), numbers(10), be16(1), numbers(1)), 7, "sequence, and more; header"},
		"in parts, with indices":      {iloc(1, be16(0x8444, 1, 7, 0, 0), numbers(1), be16(2), numbers(0), be64(10), numbers(8, 0), be64(29), numbers(7)), 7, "sequence header"},
		"in idat":                     {append(iloc(2, be16(0x4400), numbers(1, 7), be16(1, 0, 1), numbers(1, 4)), pack("idat", []byte("idatum"))...), 7, "datu"},
		"in an item":                  {iloc(1, be16(0x4400, 1, 7, 2, 0, 1), numbers(0, 9)), 7, ""},
		"beyond the end":              {located(1000, 9), 7, ""},
		"far beyond the end":          {iloc(0, be16(0x8880, 1, 7, 0), be64(2), be16(1), be64(math.MaxUint64), be64(math.MaxUint64)), 7, ""},
		"longer than there is":        {located(31, math.MaxUint32), 7, "header"},
		"numbers of 15 bytes":         {iloc(0, be16(0xff00, 1, 7, 0, 1), make([]byte, 40)), 7, ""},
		"the first tile of a grid":    {append(dimg(0, be16(3, 2, 7, 8)), plain...), 3, "sequence"},
		"of a grid with long numbers": {append(dimg(1, numbers(70000), be16(1), numbers(7)), plain...), 70000, "sequence"},
		"of a grid that has no tile":  {append(dimg(0, be16(3, 0)), plain...), 3, ""},
		"of a grid that is cut off":   {append(dimg(0, be16(3, 1)), plain...), 3, ""},
		"of a tile itself":            {append(dimg(0, be16(4, 1, 1)), plain...), 7, "sequence"},
		"cut off":                     {iloc(0, be16(0x4400, 9, 1, 0, 1), numbers(0, 5), be16(7, 0)), 7, ""},
	} {
		assert.Equal(t, c.want, string(payload(file, c.meta, c.item)), name)
	}
	long := iloc(0, be16(0x4400, 1, 7, 0, 2), numbers(0, 3000, 0, 3000))
	assert.Len(t, payload(make([]byte, 5000), long, 7), maxSearched)
}

// Very many locations that take no place.
func TestAnAVIFOfVeryManyLocationsIsReadInTime(t *testing.T) {
	one := []byte{0, 1, 0, 0, 0xff, 0xff}
	iloc := append(append(numbers(0), 0, 0, 0xff, 0xff), bytes.Repeat(one, 0xffff)...)
	start := time.Now()
	assert.Nil(t, payload(nil, pack("iloc", iloc), 7))
	assert.Less(t, time.Since(start), time.Minute)
}
