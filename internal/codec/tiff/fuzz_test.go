package tiff_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

func FuzzDecode(f *testing.F) {
	for _, o := range originals() {
		if n := len(o.Parts[0]); n < 40000 {
			f.Add(o.Encode())
		}
	}
	le := binary.LittleEndian
	v := pack(le, 8, 37*3, noise(1, 37*23*3, 8))
	for _, c := range []struct {
		compression uint16
		data        []byte
	}{{1, v}, {5, lzwOf(v)}, {8, deflated(v)}, {32773, bytes.Repeat([]byte{0xc0, 7, 3, 1, 2, 3, 4}, 50)}} {
		f.Add(pieces.NewTIFF(37, 23, 8, 3, 2, c.data).Set(259, []uint16{c.compression}).Set(317, []uint16{2}).Encode())
		f.Add(pieces.NewTIFF(37, 23, 8, 3, 6, c.data).Set(259, []uint16{c.compression}).Encode())
		g := pieces.NewTIFF(37, 23, 8, 3, 2, c.data[:len(c.data)/3], c.data[len(c.data)/3:], c.data).Set(259, []uint16{c.compression}).Set(284, []uint16{2})
		f.Add(g.Encode())
		g = pieces.NewTIFF(37, 23, 8, 3, 8, c.data, c.data, c.data, c.data, c.data, c.data).Set(259, []uint16{c.compression}).Set(322, []uint16{16}).Set(323, []uint16{16})
		g.Tiled, g.Big = true, true
		f.Add(g.Encode())
	}
	for _, compression := range []uint16{2, 3, 4, 6, 7, 32771} {
		bits := 1
		if compression == 6 || compression == 7 {
			bits = 8
		}
		f.Add(pieces.NewTIFF(37, 23, bits, 1, 1, v[:200]).Set(259, []uint16{compression}).Set(292, []uint32{1}).Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) { codectest.Fuzz(t, tiff.Format, data) })
}
