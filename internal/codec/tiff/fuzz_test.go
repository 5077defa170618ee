package tiff_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

func FuzzDecode(f *testing.F) {
	for _, o := range originals() {
		if n := len(o.parts[0]); n < 40000 {
			f.Add(o.encode())
		}
	}
	le := binary.LittleEndian
	v := pack(le, 8, 37*3, noise(1, 37*23*3, 8))
	for _, c := range []struct {
		compression uint16
		data        []byte
	}{{1, v}, {5, lzwOf(v)}, {8, deflated(v)}, {32773, bytes.Repeat([]byte{0xc0, 7, 3, 1, 2, 3, 4}, 50)}} {
		f.Add(newFile(37, 23, 8, 3, 2, c.data).set(259, []uint16{c.compression}).set(317, []uint16{2}).encode())
		f.Add(newFile(37, 23, 8, 3, 6, c.data).set(259, []uint16{c.compression}).encode())
		g := newFile(37, 23, 8, 3, 2, c.data[:len(c.data)/3], c.data[len(c.data)/3:], c.data).set(259, []uint16{c.compression}).set(284, []uint16{2})
		f.Add(g.encode())
		g = newFile(37, 23, 8, 3, 8, c.data, c.data, c.data, c.data, c.data, c.data).set(259, []uint16{c.compression}).set(322, []uint16{16}).set(323, []uint16{16})
		g.tiled, g.big = true, true
		f.Add(g.encode())
	}
	for _, compression := range []uint16{2, 3, 4, 6, 7, 32771} {
		bits := 1
		if compression == 6 || compression == 7 {
			bits = 8
		}
		f.Add(newFile(37, 23, bits, 1, 1, v[:200]).set(259, []uint16{compression}).set(292, []uint32{1}).encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) { codectest.Fuzz(t, tiff.Format, data) })
}
