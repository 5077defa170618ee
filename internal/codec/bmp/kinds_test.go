package bmp_test

import (
	"bytes"
	"fmt"
	"strings"
)

const w, h = 31, 9

// kinds returns bitmaps of every kind, by description.
func kinds() map[string]*bitmap {
	out := map[string]*bitmap{}
	for _, bits := range []int{1, 4, 8, 24} {
		b := newBitmap(w, h, bits, rows(w, h, bits))
		b.header = 12
		out[fmt.Sprintf("OS/2 1.x, %d bits", bits)] = b
	}
	for _, header := range []int{16, 20, 24, 32, 36, 40, 48, 52, 56, 64, 108, 124} {
		for _, bits := range []int{1, 2, 4, 8, 16, 24, 32} {
			if bits == 2 && header != 40 || bits == 16 && header < 40 || bits == 32 && header < 40 || header == 64 && bits&^24 != 0 {
				continue
			}
			b := newBitmap(w, h, bits, rows(w, h, bits))
			b.header = header
			out[fmt.Sprintf("header of %d bytes, %d bits", header, bits)] = b
		}
	}
	for name, masks := range map[string][]uint32{
		"5-6-5": {0xf800, 0x7e0, 0x1f}, "5-5-5": {0x7c00, 0x3e0, 0x1f}, "4-4-4": {0xf00, 0xf0, 0xf}, "3-3-2": {0xe0, 0x1c, 3}, "1-10-1": {0x8000, 0x7fe0, 1},
		"no blue": {0xf800, 0x7e0, 0},
	} {
		b := newBitmap(w, h, 16, rows(w, h, 16))
		b.compression, b.masks = 3, masks
		out["masks "+name] = b
	}
	for name, masks := range map[string][]uint32{
		"8-8-8": {0xff, 0xff00, 0xff0000}, "11-11-10": {0xffe00000, 0x1ffc00, 0x3ff}, "10-10-10": {0x3ff00000, 0xffc00, 0x3ff}, "7-8-6": {0xfe000000, 0xff0000, 0xfc00},
	} {
		b := newBitmap(w, h, 32, rows(w, h, 32))
		b.compression, b.masks = 3, masks
		out["masks "+name] = b
	}
	for header, masks := range map[int][]uint32{56: {0xff0000, 0xff00, 0xff, 0xff000000}, 108: {0xff000000, 0xff0000, 0xff00, 0xff}, 124: {0x3f0000, 0xff00, 0xff, 0xf0000000}} {
		b := newBitmap(w, h, 32, rows(w, h, 32))
		b.header, b.compression, b.masks = header, 3, masks
		out[fmt.Sprintf("alpha in a header of %d bytes", header)] = b
	}
	b := newBitmap(w, h, 16, rows(w, h, 16))
	b.header, b.compression, b.masks = 124, 3, []uint32{0xf00, 0xf0, 0xf, 0xf000}
	out["alpha of 4 bits"] = b
	b = newBitmap(w, h, 32, bytes.Repeat([]byte{1, 2, 3, 0}, w*h))
	b.header, b.compression, b.masks = 124, 3, []uint32{0xff0000, 0xff00, 0xff, 0xff000000}
	out["alpha that is always 0"] = b
	for _, bits := range []int{1, 8, 24, 16, 32} {
		b := newBitmap(w, -h, bits, rows(w, h, bits))
		out[fmt.Sprintf("from top to bottom, %d bits", bits)] = b
	}
	b = newBitmap(w, h, 16, rows(w, h, 16))
	b.header, b.compression, b.masks = 108, 3, []uint32{0x7c00, 0x3e0, 0x1f, 0xff000000}
	out["masks beyond the pixel"] = b
	for header, masks := range map[int][]uint32{52: {0xff0000, 0xff00, 0xff, 0xff000000}, 56: {0, 0, 0, 0xff000000}, 108: {0xff, 0xff00, 0xff0000, 0xff000000}, 124: {0xff0000, 0xff00, 0xff, 0xf0000000}} {
		b := newBitmap(w, h, 32, rows(w, h, 32))
		b.header, b.masks = header, masks
		out[fmt.Sprintf("alpha in a header of %d bytes, no masks declared", header)] = b
	}
	for _, masks := range [][]uint32{{0xf800, 0x7e0, 0x1f, 0x8000}, {0x7c00, 0x3e0, 0x1f, 0xff000000}} {
		b := newBitmap(w, h, 16, rows(w, h, 16))
		b.header, b.masks = 124, masks
		out[fmt.Sprintf("alpha %#x of 16 bits, no masks declared", masks[3])] = b
	}
	b = newBitmap(w, h, 32, bytes.Repeat([]byte{1, 2, 3, 0}, w*h))
	b.header, b.masks = 124, []uint32{0xff0000, 0xff00, 0xff, 0xff000000}
	out["alpha that is always 0, no masks declared"] = b
	for name, b := range paletteKinds() {
		out[name] = b
	}
	for name, b := range rleKinds() {
		out[name] = b
	}
	return out
}

// paletteKinds returns bitmaps whose palette has more or fewer entries than the bit depth allows, and bitmaps with a gap between the
// headers and the pixels.
func paletteKinds() map[string]*bitmap {
	out := map[string]*bitmap{}
	for _, bits := range []int{1, 4, 8} {
		for _, n := range []int{1, 1<<bits - 1, 1 << bits, 1<<bits + 44} {
			b := newBitmap(w, h, bits, rows(w, h, bits))
			for len(b.palette) < n {
				b.palette = append(b.palette, [3]byte{9, 9, 9})
			}
			b.palette, b.used = b.palette[:n], uint32(n)
			out[fmt.Sprintf("%d colors of %d bits", n, bits)] = b
		}
		b := newBitmap(w, h, bits, rows(w, h, bits))
		b.gap = 37
		out[fmt.Sprintf("a gap, %d bits", bits)] = b
		b = newBitmap(w, h, bits, rows(w, h, bits))
		b.used = 1
		out[fmt.Sprintf("one color used of all, %d bits", bits)] = b
	}
	b := newBitmap(w, h, 24, rows(w, h, 24))
	b.palette, b.used = make([][3]byte, 17), 17
	out["24 bits with a palette"] = b
	return out
}

// rleKinds returns run-length encoded bitmaps.
func rleKinds() map[string]*bitmap {
	out := map[string]*bitmap{}
	for name, rows := range map[string][]string{
		"runs":              {"\x1f\x05\x00\x00", "\x0a\x07\x15\x09\x00\x00", "\x1f\x01\x00\x00", "\x1f\x02\x00\x00", "\x1f\x03\x00\x00", "\x1f\x04\x00\x00", "\x1f\x05\x00\x00", "\x1f\x06\x00\x00", "\x1f\x0a\x00\x01"},
		"short rows":        {"\x05\x05\x00\x00", "\x00\x00", "\x1f\x01\x00\x00", "\x1e\x02\x00\x00", "\x1f\x03\x00\x01"},
		"delta":             {"\x05\x05\x00\x02\x03\x01", "\x04\x06\x00\x02\x00\x03\x05\x01\x00\x00", "\x1f\x01\x00\x01"},
		"end at once":       {"\x00\x01"},
		"absolute":          {"\x00\x05abcde\x00\x1a\x05\x00\x00", "\x00\x04abcd\x1b\x05\x00\x00", "\x00\x03abc\x00\x00\x00\x1f\x01\x00\x01"},
		"runs beyond a row": {"\x40\x05\x00\x00", "\xff\x06\x00\x00", "\x1f\x03\x00\x01"},
	} {
		b := newBitmap(w, h, 8, []byte(strings.Join(rows, "")))
		b.compression = 1
		out["RLE8, "+name] = b
	}
	for name, rows := range map[string][]string{
		"runs":       {"\x1f\x57\x00\x00", "\x0a\x71\x15\x29\x00\x00", "\x1f\x12\x00\x00", "\x1f\x22\x00\x00", "\x1f\x33\x00\x00", "\x1f\x4f\x00\x00", "\x1f\x51\x00\x00", "\x1f\x61\x00\x00", "\x1f\xa1\x00\x01"},
		"short rows": {"\x05\x51\x00\x00", "\x00\x00", "\x1f\x12\x00\x00", "\x1e\x22\x00\x01"},
		"delta":      {"\x05\x53\x00\x02\x03\x01", "\x04\x62\x00\x02\x00\x03\x05\x01\x00\x01"},
		"absolute":   {"\x00\x05\x12\x34\x50\x00\x1a\x53\x00\x00", "\x00\x04\x98\x76\x1b\x51\x00\x01"},
	} {
		b := newBitmap(w, h, 4, []byte(strings.Join(rows, "")))
		b.compression = 2
		out["RLE4, "+name] = b
	}
	b := newBitmap(w, h, 24, []byte("\x1f\x01\x80\xff\x00\x00\x00\x03abcdefghi\x00\x1c\x05\xff\x10\x00\x00\x05abc\x00\x01"))
	b.header, b.compression = 64, 4
	out["RLE24 of OS/2"] = b
	return out
}
