package engine

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheMasksOfABMPSelectItsSamples(t *testing.T) {
	for name, c := range map[string]struct {
		header, depth, compression byte
		masks                      [4]uint32
		pixel                      uint32
		want                       color.NRGBA
	}{
		"5 bits each":                         {40, 16, 0, [4]uint32{}, 31<<10 | 16<<5 | 1, color.NRGBA{255, 132, 8, 255}},
		"5, 6 and 5 bits":                     {40, 16, 3, [4]uint32{31 << 11, 63 << 5, 31}, 31<<11 | 32<<5 | 1, color.NRGBA{255, 130, 8, 255}},
		"the fourth byte has no meaning":      {40, 32, 0, [4]uint32{}, 0x07030201, color.NRGBA{3, 2, 1, 255}},
		"except in version 4, as in Chromium": {108, 32, 0, [4]uint32{255 << 16, 255 << 8, 255, 255 << 24}, 0x07030201, color.NRGBA{3, 2, 1, 7}},
		"and with declared masks":             {108, 32, 3, [4]uint32{255 << 16, 255 << 8, 255, 255 << 24}, 0x07030201, color.NRGBA{3, 2, 1, 7}},
		"behind the header, too":              {40, 32, 6, [4]uint32{255 << 16, 255 << 8, 255, 255 << 24}, 0x07030201, color.NRGBA{3, 2, 1, 7}},
		"colors the other way round":          {40, 32, 3, [4]uint32{255, 255 << 8, 255 << 16}, 0x07030201, color.NRGBA{1, 2, 3, 255}},
		"10 bits each, of which 8 are kept":   {56, 32, 3, [4]uint32{1023 << 20, 1023 << 10, 1023}, 4<<20 | 1023<<10 | 8, color.NRGBA{1, 255, 2, 255}},
	} {
		b := make([]byte, 14+int(c.header), 200)
		copy(b, "BM")
		b[14], b[18], b[22], b[26], b[28], b[30] = c.header, 1, 1, 1, c.depth, c.compression
		b = b[:max(len(b), 14+40+16)]
		for i, mask := range c.masks {
			binary.LittleEndian.PutUint32(b[54+4*i:], mask)
		}
		b[10] = byte(len(b))
		file := binary.LittleEndian.AppendUint32(b, c.pixel)
		_, img := decodeFile(t, file)
		assert.Equal(t, c.want, nrgbaOf(img).NRGBAAt(0, 0), name)

		h, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		_, err = Decode(t.Context(), file[:len(file)-4], h, image.Point{})
		assert.ErrorIs(t, err, processors.ErrCorrupt, name)
	}
}
