//go:build unix

package thumbnail_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// moreHostileFiles are lossless WebPs, animations, files with profiles, and HEIF item locations.
func moreHostileFiles(t testing.TB) []hostileFile {
	baseline := photo(t, 1000, 1000)
	dot := pieces.PNG("IDAT", deflate(t, make([]byte, 301*100)))
	frame := pieces.PNG("fcTL", []byte("\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x0a\x00\x00"))
	still := rawVP8L(1, 1, func(*bitWriter) {})
	return []hostileFile{
		{"a WebP of 3 Huffman groups", webpOf(manyGroups(3)), []int{200}},
		{"a WebP of 2,600 Huffman groups", webpOf(manyGroups(2600)), either},
		{"a WebP of 20,000 Huffman groups", webpOf(manyGroups(20_000)), either},
		{"an animated WebP of 9000 frames", animatedWebP(100, 100, 9000, still), either},
		{"an animated WebP of 50,000 frames", animatedWebP(1000, 1000, 50_000, still), either},
		{"an APNG of 9000 frames", rawPNG(100, 100, pieces.PNG("acTL", []byte("\x00\x00\x23\x28\x00\x00\x00\x00")), dot, apngFrames(t, frame, 9000)), either},
		{"an APNG of frames of 10,000 chunks", rawPNG(100, 100, pieces.PNG("acTL", []byte("\x00\x00\x00\x02\x00\x00\x00\x00")), dot, frame, bytes.Repeat(pieces.PNG("fdAT", []byte{0, 0, 0, 1}), 10_000)), either},
		{"a PNG with a table of 129³ in its profile", rawPNG(100, 100, pieces.PNG("iCCP", append([]byte("a\x00\x00"), deflate(t, tableProfile(129))...)), dot), either},
		{"a PNG with a table of 255³ in its profile", rawPNG(100, 100, pieces.PNG("iCCP", append([]byte("a\x00\x00"), deflate(t, tableProfile(255))...)), dot), either},
		{"a JPEG with a table of 65³ in its profile", withJPEGProfile(baseline, tableProfile(65)), either},
		{"a JPEG with one profile in 255 pieces of nothing", append(append(bytes.Clone(baseline[:2]), emptyPieces()...), baseline[2:]...), either},
		{"a TIFF with a table of 65³ in its profile", profileTIFF(tableProfile(65)), either},
		{"a TIFF whose profile has 2³¹ bytes", profileTIFF(nil), either},
		{"a HEIF of 65,535 items in no place", heifOf(heiftest.Box("iloc", append(append(heiftest.U32(0), 0, 0, 0xff, 0xff), bytes.Repeat([]byte{0, 2, 0, 0, 0xff, 0xff}, 0xffff)...))), refused},
		{"a HEIF of 65,535 extents", heifOf(heiftest.Box("iloc", []byte{0, 0, 0, 0, 0x44, 0}, heiftest.U16(1, 2, 0, 0xffff), bytes.Repeat(heiftest.U32(0, 1<<31), 0xffff))), refused},
		{"a HEIF whose extents are all the same megabyte", heifOf(heiftest.Box("iloc", []byte{0, 0, 0, 0, 0x44, 0}, heiftest.U16(1, 2, 0, 0xffff), bytes.Repeat(heiftest.U32(0, 1<<19), 0xffff))), refused},
	}
}

// A bitWriter writes bits, the lowest first, as lossless WebP has them.
type bitWriter struct {
	b    []byte
	free uint
}

func (w *bitWriter) write(v, n uint) {
	for range n {
		if w.free == 0 {
			w.b, w.free = append(w.b, 0), 8
		}
		w.b[len(w.b)-1] |= byte(v&1) << (8 - w.free)
		v >>= 1
		w.free--
	}
}

// one writes a prefix code of one symbol.
func (w *bitWriter) one(symbol uint) {
	w.write(1, 1)
	w.write(0, 1)
	w.write(1, 1)
	w.write(symbol, 8)
}

// deep writes a prefix code with lengths of 1 to 15, for an alphabet of n symbols.
func (w *bitWriter) deep(n uint) {
	w.write(0, 1)
	w.write(15, 4) // 19 code length code lengths follow
	for _, symbol := range []int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} {
		if symbol == 18 || 1 <= symbol && symbol <= 15 {
			w.write(4, 3)
		} else {
			w.write(0, 3)
		}
	}
	w.write(0, 1)
	code := func(symbol uint) { // codes of 4 bits, highest bit first: symbols 1 to 15 have the codes 0 to 14, and symbol 18 has 15
		rank := symbol - 1
		if symbol == 18 {
			rank = 15
		}
		w.write(rank>>3&1|rank>>1&2|rank<<1&4|rank<<3&8, 4)
	}
	for length := uint(1); length <= 15; length++ {
		code(length)
	}
	code(15)
	for left := n - 16; left > 0; {
		run := min(left, 138)
		if left-run > 0 && left-run < 11 {
			run -= 11
		}
		code(18)
		w.write(run-11, 7)
		left -= run
	}
}

// rawVP8L returns the data of a lossless WebP: what head writes, then codes with one symbol each, and
// pixels without bits.
func rawVP8L(width, height uint, head func(*bitWriter)) []byte {
	w := &bitWriter{}
	w.write(0x2f, 8)
	w.write(width-1, 14)
	w.write(height-1, 14)
	w.write(1, 1) // alpha
	w.write(0, 3) // version
	w.write(0, 1) // no transform
	w.write(0, 1) // no color cache
	head(w)
	if len(w.b) < 8 {
		w.write(0, 1) // one group
		for range 5 {
			w.one(0)
		}
	}
	return w.b
}

// manyGroups returns a picture of 1000x1000 pixels that declares n groups of prefix codes and uses one.
func manyGroups(n uint) []byte {
	data := rawVP8L(1000, 1000, func(w *bitWriter) {
		w.write(1, 1) // groups
		w.write(7, 3) // a tile of groups has 512×512 pixels
		w.write(0, 1) // the image of group numbers has no color cache
		for _, symbol := range []uint{(n - 1) & 0xff, (n - 1) >> 8, 0, 255, 0} {
			w.one(symbol)
		}
		for range n {
			for _, alphabet := range []uint{256 + 24, 256, 256, 256, 40} {
				w.deep(alphabet)
			}
		}
	})
	return append(data, make([]byte, 500_000)...) // a bit for each sample
}

func webpOf(vp8l []byte) []byte { return pieces.WebP(pieces.RIFF("VP8L", vp8l)) }

// animatedWebP returns an animation that shows the same pixel n times.
func animatedWebP(width, height, n int, still []byte) []byte {
	frame := pieces.ANMF(image.Rect(0, 0, 1, 1), 50, 0, pieces.RIFF("VP8L", still))
	return pieces.WebP(pieces.VP8X(0x12, image.Pt(width, height)), pieces.ANIM(0), bytes.Repeat(frame, n))
}

// apngFrames returns n frames of one pixel, with the sequence numbers of APNG.
func apngFrames(t testing.TB, control []byte, n int) (all []byte) {
	pixel := deflate(t, make([]byte, 4))
	for i := range n {
		sequence := binary.BigEndian.AppendUint32(nil, uint32(2*i))
		all = append(all, pieces.PNG("fcTL", append(sequence, control[12:len(control)-4]...))...)
		all = append(all, pieces.PNG("fdAT", append(binary.BigEndian.AppendUint32(nil, uint32(2*i+1)), pixel...))...)
	}
	return all
}

// tableProfile returns an RGB ICC profile with a table of side³ entries, all of them 0.
func tableProfile(side int) []byte {
	lut := append([]byte("mft2\x00\x00\x00\x00\x03\x03"), byte(side), 0)
	for i := range 9 {
		lut = binary.BigEndian.AppendUint32(lut, map[bool]uint32{true: 1 << 16}[i%4 == 0])
	}
	lut = append(lut, 0, 2, 0, 2)
	lut = append(lut, bytes.Repeat([]byte{0, 0, 0xff, 0xff}, 3)...)
	lut = append(lut, make([]byte, 6*side*side*side)...)
	lut = append(lut, bytes.Repeat([]byte{0, 0, 0xff, 0xff}, 3)...)
	p := make([]byte, 128)
	binary.BigEndian.PutUint32(p, uint32(128+4+12+len(lut)))
	copy(p[8:], "\x02\x40\x00\x00mntrRGB Lab ")
	copy(p[36:], "acsp")
	copy(p[68:], "\x00\x00\xf6\xd6\x00\x01\x00\x00\x00\x00\xd3\x2d")
	p = append(p, 0, 0, 0, 1)
	p = append(p, "A2B0"...)
	p = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(p, 144), uint32(len(lut)))
	return append(p, lut...)
}

func withJPEGProfile(data, profile []byte) []byte {
	out := bytes.Clone(data[:2])
	const most = 65000
	n := (len(profile) + most - 1) / most
	for i := range n {
		piece := profile[i*most : min((i+1)*most, len(profile))]
		out = append(binary.BigEndian.AppendUint16(append(out, 0xff, 0xe2), uint16(2+14+len(piece))), "ICC_PROFILE\x00"...)
		out = append(append(out, byte(i+1), byte(n)), piece...)
	}
	return append(out, data[2:]...)
}

func emptyPieces() (all []byte) {
	for i := range 255 {
		all = append(append(all, 0xff, 0xe2, 0, 16), "ICC_PROFILE\x00"...)
		all = append(all, byte(i+1), 255)
	}
	return all
}

// profileTIFF returns a gray TIFF of 100x100 pixels with a profile. If the profile is nil, its declared
// length is far too large.
func profileTIFF(profile []byte) []byte {
	const side, tag = 100, 34675
	field := profile
	if profile == nil {
		field = make([]byte, 8)
	}
	b := pieces.NewTIFF(side, side, 8, 1, 1, make([]byte, side*side)).Set(tag, field).Encode()
	if profile == nil {
		at := bytes.LastIndex(b, binary.LittleEndian.AppendUint16(nil, tag))
		binary.LittleEndian.PutUint32(b[at+4:], 1<<31)
	}
	return b
}

// heifOf returns the header of a HEIC file with an item of 1000x1000 pixels, and the boxes that locate it.
func heifOf(location []byte) []byte {
	item := heiftest.Box("infe", []byte{2, 0, 0, 0, 0, 2, 0, 0}, []byte("hvc1\x00"))
	size := heiftest.Box("iprp", heiftest.Box("ipco", heiftest.Size(1000, 1000)), heiftest.Box("ipma", heiftest.U32(0, 1), []byte{0, 2, 1, 1}))
	return append(append(heiftest.Box("ftyp", []byte("heic\x00\x00\x00\x00heic")),
		heiftest.Box("meta", heiftest.U32(0), heiftest.Box("pitm", heiftest.U32(0), []byte{0, 2}), heiftest.Box("iinf", heiftest.U32(0), []byte{0, 1}, item), size, location)...), make([]byte, 1<<20)...)
}
