package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"path"
	"strings"
)

// damaged makes files that are truncated, have flipped bits, or are assembled wrongly. Both a picture and
// an error are valid results.
func damaged(b *bench) error {
	wanted := map[string]bool{}
	for _, name := range []string{"jpeg/mountain-2x2-baseline.jpg", "jpeg/mountain-2x2-progressive.jpg", "jpeg/dogs-1x1-restart.jpg", "jpeg/mountain-arithmetic.jpg", "png/bowl-rgba8.png",
		"png/drawing-palette4-interlaced.png", "png/deep-rgb16.png", "gif/mountain-colors100.gif", "gif/drawing-animated-previous.gif", "webp/mountain-lossy.webp", "webp/bowl-lossy-alpha.webp",
		"webp/bowl-lossless-6.webp", "webp/drawing-animated-mixed.webp", "tiff/mountain-lzw.tif", "tiff/mountain-zip-tiles.tif", "tiff/drawing-g4.tif", "bmp/mountain-runs.bmp", "ico/bowl-icon.ico",
		"icc/mountain-adobe.jpg"} {
		wanted[name] = true
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, f := range b.files {
		if !wanted[f.name] {
			continue
		}
		delete(wanted, f.name)
		for i := range 6 {
			at := 1 + r.IntN(len(f.data)-1)
			b.hurt(f, fmt.Sprintf("cut%d", i), f.data[:at])
		}
		for i := range 8 {
			data := bytes.Clone(f.data)
			for range 1 + i/2 {
				// Most of a file is pixels. Half of the flips therefore hit the first kilobyte.
				data[r.IntN(min(len(data), []int{1024, len(data)}[i%2]))] ^= 1 << r.IntN(8)
			}
			b.hurt(f, fmt.Sprintf("flip%d", i), data)
		}
		for i := range 3 {
			from, to, n := r.IntN(len(f.data)), r.IntN(len(f.data)), r.IntN(200)
			data := bytes.Clone(f.data)
			copy(data[to:], f.data[from:min(len(f.data), from+n)])
			b.hurt(f, fmt.Sprintf("moved%d", i), data)
		}
	}
	if len(wanted) > 0 {
		return fmt.Errorf("there are no files to damage of these names: %v", wanted)
	}
	return nil
}

func (b *bench) hurt(f file, how string, data []byte) {
	ext := path.Ext(f.name)
	name := strings.ReplaceAll(strings.TrimSuffix(f.name, ext), "/", "-")
	f.name, f.features, f.expect, f.data = "malformed/"+name+"-"+how+ext, how, "either", data
	b.add(f)
}

// bombs makes files with headers of huge pictures and almost no data. The default limits refuse them.
func bombs(b *bench) error {
	const side = 60_000
	add := func(name, format string, data []byte) {
		b.add(file{name: "bombs/" + name, format: format, features: "declares a large picture", expect: "limit", width: side, height: side, of: drawn, data: data})
	}
	u16, u32 := binary.LittleEndian.AppendUint16, binary.LittleEndian.AppendUint32

	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	add("declared.png", "PNG", bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, 8, 6, 0, 0, 0)), chunk("IDAT", []byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1}), chunk("IEND", nil)}, nil))

	jpeg := []byte{0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0}
	binary.BigEndian.PutUint16(jpeg[7:], side)
	binary.BigEndian.PutUint16(jpeg[9:], side)
	add("declared.jpg", "JPEG", append(jpeg, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0xff, 0xd9))

	gif := u16(u16([]byte("GIF89a"), side), side)
	gif = u16(u16(append(gif, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0), side), side)
	add("declared.gif", "GIF", append(gif, 0, 2, 2, 0x4c, 1, 0, 0x3b))

	bmp := u32(u16(u16(u32([]byte("BM"), 118), 0), 0), 54)
	bmp = u32(u32(u16(u16(u32(u32(u32(bmp, 40), side), side), 1), 24), 0), 0)
	add("declared.bmp", "BMP", append(bmp, make([]byte, 80)...))

	tiff := u32(append([]byte("II"), 42, 0), 8)
	tiff = u16(tiff, 8)
	for _, e := range [][3]uint32{{256, 4, side}, {257, 4, side}, {258, 3, 8}, {259, 3, 1}, {262, 3, 1}, {273, 4, 110}, {278, 4, side}, {279, 4, 8}} {
		tiff = u32(u32(u16(u16(tiff, uint16(e[0])), uint16(e[1])), 1), e[2])
	}
	add("declared.tif", "TIFF", append(tiff, make([]byte, 16)...))
	return nil
}

// strangers makes files that users upload although they are not pictures.
func strangers(b *bench) error {
	for _, s := range []struct{ name, data string }{
		{"empty.jpg", ""},
		{"page.jpg", "<!doctype html><title>404</title><p>Not found"},
		{"drawing.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>`},
		{"document.pdf", "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"},
		{"archive.png", "PK\x03\x04\x14\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 40)},
		{"film.webp", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41" + strings.Repeat("\x00", 60)},
		{"zeros.gif", strings.Repeat("\x00", 4096)},
		{"text.bmp", "Dear sir or madam,\n"},
		{"script.ico", "#!/bin/sh\nrm -rf \"$HOME\"\n"},
		{"magic-alone.png", "\x89PNG\r\n\x1a\n"},
		{"magic-alone.jpg", "\xff\xd8\xff"},
		{"magic-alone.gif", "GIF89a"},
		{"postscript.tif", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n"},
	} {
		b.add(file{name: "strangers/" + s.name, features: "no picture", expect: "reject", of: drawn, data: []byte(s.data)})
	}
	return nil
}
