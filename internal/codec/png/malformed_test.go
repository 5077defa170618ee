package png

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"image"
	stdpng "image/png"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// part is a chunk.
type part struct{ kind, data string }

// fileOf returns a file of the given chunks, with their checksums.
func fileOf(parts ...part) []byte {
	out := []byte(signature)
	for _, p := range parts {
		out = append(out, pieces.PNG(p.kind, []byte(p.data))...)
	}
	return out
}

// head returns the IHDR of a picture of 2 × 2 pixels.
func head(depth int, color colorType) part {
	return part{"IHDR", string([]byte{0, 0, 0, 2, 0, 0, 0, 2, byte(depth), byte(color), 0, 0, 0})}
}

// rowsOf returns an IDAT with two rows of n zeros.
func rowsOf(n int) part {
	return part{"IDAT", string(deflated(make([]byte, 2*(1+n)), flate.DefaultCompression))}
}

var end = part{kind: "IEND"}

func TestInvalidChunksAreCorrupt(t *testing.T) {
	gray, indexed := head(8, colorGray), head(8, colorIndexed)
	for name, c := range map[string]struct {
		file   []byte
		reason string
	}{
		"no header":            {fileOf(rowsOf(2), end), "no IHDR"},
		"short header":         {fileOf(part{"IHDR", gray.data[:12]}, rowsOf(2), end), "no IHDR"},
		"no width":             {fileOf(part{"IHDR", "\x00\x00\x00\x00" + gray.data[4:]}, rowsOf(2), end), "size"},
		"a height of 32 bits":  {fileOf(part{"IHDR", gray.data[:4] + "\x80\x00\x00\x00" + gray.data[8:]}, rowsOf(2), end), "size"},
		"no pixels":            {fileOf(gray, end), "no pixels"},
		"no bytes of pixels":   {fileOf(gray, part{"IDAT", ""}, end), "pixels"},
		"no palette":           {fileOf(indexed, rowsOf(2), end), "no palette"},
		"palette of no colors": {fileOf(indexed, part{"PLTE", ""}, rowsOf(2), end), "no palette"},
		"filter 5":             {fileOf(gray, part{"IDAT", string(deflated([]byte{0, 0, 0, 5, 0, 0}, flate.NoCompression))}, end), "filter type"},
		"filter 5 far below": {
			fileOf(part{"IHDR", gray.data[:4] + "\x00\x00\x00\x28" + gray.data[8:]},
				part{"IDAT", string(deflated(append(make([]byte, 3*39), 5, 0, 0), flate.NoCompression))}, end), "filter type",
		},
	} {
		_, err := new(decoder).Decode(t.Context(), c.file)
		assert.ErrorIs(t, err, codec.ErrCorrupt, name)
		assert.ErrorContains(t, err, c.reason, name)
		_, err = new(decoder).decodeShrunk(t.Context(), c.file, resample.Rect{X1: 2, Y1: 1}, image.Pt(1, 1), resample.Options{})
		assert.ErrorIs(t, err, codec.ErrCorrupt, "%s, where the first row would do", name)
		_, err = stdpng.Decode(bytes.NewReader(c.file))
		assert.Error(t, err, "%s, by image/png", name)
	}
}

// Superfluous, misplaced and unknown chunks do not affect the pixels.
func TestSuperfluousChunksAreIgnored(t *testing.T) {
	palette, trns := part{"PLTE", "abcdef"}, part{"tRNS", "ab"}
	gray, colorRGB, indexed := head(8, colorGray), head(8, colorRGB), head(8, colorIndexed)
	rows, rows3, plain := rowsOf(2), rowsOf(6), fileOf(indexed, palette, rowsOf(2), end)
	key3 := part{"tRNS", "\x00\x00\x00\x00\x00\x00"}
	for name, c := range map[string]struct{ file, like []byte }{
		"second header":                        {fileOf(gray, gray, rows, end), fileOf(gray, rows, end)},
		"palette of two colors and a bit":      {fileOf(indexed, part{"PLTE", "abcdefg"}, rows, end), plain},
		"palette beyond the depth":             {fileOf(head(1, colorIndexed), part{"PLTE", "abcdefghi"}, rowsOf(1), end), fileOf(head(1, colorIndexed), palette, rowsOf(1), end)},
		"palette of 257 colors":                {fileOf(indexed, part{"PLTE", strings.Repeat("abc", 257)}, rows, end), fileOf(indexed, part{"PLTE", strings.Repeat("abc", 256)}, rows, end)},
		"palette of gray":                      {fileOf(gray, palette, rows, end), fileOf(gray, rows, end)},
		"palette of seven bytes in RGB":        {fileOf(colorRGB, part{"PLTE", "abcdefg"}, rows3, end), fileOf(colorRGB, rows3, end)},
		"second palette":                       {fileOf(indexed, palette, part{"PLTE", "ghijkl"}, rows, end), plain},
		"palette behind transparency":          {fileOf(colorRGB, key3, palette, rows3, end), fileOf(colorRGB, rows3, end)},
		"palette behind pixels":                {fileOf(colorRGB, rows3, palette, end), fileOf(colorRGB, rows3, end)},
		"transparency of no palette":           {fileOf(indexed, trns, palette, rows, end), plain},
		"transparency of 257 colors":           {fileOf(indexed, palette, part{"tRNS", strings.Repeat("a", 257)}, rows, end), plain},
		"transparency beyond the palette":      {fileOf(indexed, palette, part{"tRNS", "abc"}, rows, end), plain},
		"empty transparency":                   {fileOf(indexed, palette, part{"tRNS", ""}, rows, end), plain},
		"transparency behind pixels":           {fileOf(indexed, palette, rows, trns, end), plain},
		"transparency of half a gray":          {fileOf(gray, part{"tRNS", "\x00"}, rows, end), fileOf(gray, rows, end)},
		"transparency of three grays":          {fileOf(gray, key3, rows, end), fileOf(gray, rows, end)},
		"transparency of a gray of RGB":        {fileOf(colorRGB, trns, rows3, end), fileOf(colorRGB, rows3, end)},
		"transparency beside alpha":            {fileOf(head(8, colorRGBA), key3, rowsOf(8), end), fileOf(head(8, colorRGBA), rowsOf(8), end)},
		"transparency of a value beyond":       {fileOf(head(4, colorGray), part{"tRNS", "00"}, rowsOf(1), end), fileOf(head(4, colorGray), rowsOf(1), end)},
		"second transparency":                  {fileOf(indexed, palette, trns, part{"tRNS", "cd"}, rows, end), fileOf(indexed, palette, trns, rows, end)},
		"transparency of a value beyond first": {fileOf(gray, part{"tRNS", "\x01\x00"}, part{"tRNS", "\x00\x00"}, rows, end), fileOf(gray, rows, end)},
		"transparency of a wrong length first": {fileOf(gray, part{"tRNS", "a"}, part{"tRNS", "\x00\x00"}, rows, end), fileOf(gray, part{"tRNS", "\x00\x00"}, rows, end)},
		"an end that holds something":          {fileOf(gray, rows, part{"IEND", "a"}), fileOf(gray, rows, end)},
		"no end":                               {fileOf(gray, rows), fileOf(gray, rows, end)},
		"no checksum behind the pixels":        {fileOf(gray, rows)[:len(fileOf(gray, rows))-4], fileOf(gray, rows, end)},
		"garbage instead of an end":            {append(fileOf(gray, rows), "garbage, and more of it"...), fileOf(gray, rows, end)},
		"garbage behind the end":               {append(fileOf(gray, rows, end), "garbage"...), fileOf(gray, rows, end)},
		"more rows":                            {fileOf(gray, part{"IDAT", string(deflated(make([]byte, 900), flate.DefaultCompression))}, end), fileOf(gray, rows, end)},
		"text within the pixels":               {fileOf(gray, part{"IDAT", rows.data[:5]}, part{"tEXt", "a"}, part{"eXIf", ""}, part{"IDAT", rows.data[5:]}, end), fileOf(gray, rows, end)},
		"pixels once more":                     {fileOf(gray, rows, part{"tEXt", "a"}, part{"IDAT", "abc"}, end), fileOf(gray, rows, end)},
	} {
		require.NotEqual(t, c.file, c.like)
		want, err := stdpng.Decode(bytes.NewReader(c.like))
		require.NoError(t, err, name)
		got, err := new(decoder).Decode(t.Context(), c.file)
		require.NoError(t, err, name)
		requireSame(t, want, got, name)
		_, err = new(decoder).decodeShrunk(t.Context(), c.file, resample.Rect{X1: 2, Y1: 1}, image.Pt(1, 1), resample.Options{})
		assert.NoError(t, err, name)
		if sound := strip(c.file); sound != nil {
			if want, err = stdpng.Decode(bytes.NewReader(sound)); name != "more rows" && assert.NoError(t, err, name) {
				requireSame(t, want, got, name)
			}
		}
	}
}

func TestAWrongChecksumIsCorruptOnlyIfTheChunkIsNeeded(t *testing.T) {
	rows := rowsOf(2)
	surplus := part{"IDAT", strings.Repeat("surplus", 20_000)} // more than the inflater reads ahead
	for _, c := range []struct {
		kind  string
		parts []part
		sound bool
	}{
		{"PLTE", []part{head(8, colorRGB), {"PLTE", "abc"}, rowsOf(6), end}, true},
		{"tRNS", []part{head(8, colorRGBA), {"tRNS", "ab"}, rowsOf(8), end}, true},
		{"tEXt", []part{head(8, colorGray), {"tEXt", "ab"}, rows, end}, true},
		{"IEND", []part{head(8, colorGray), rows, end}, true},
		{"IDAT", []part{head(8, colorGray), {"IDAT", rows.data + surplus.data}, end}, false},
		{"IDAT", []part{head(8, colorGray), rows, surplus, end}, true}, // the checksum of the last IDAT is wrong
		{"IDAT", []part{head(8, colorGray), rows, {"IDAT", ""}, end}, true},
	} {
		damaged := fileOf(c.parts...)
		at := bytes.LastIndex(damaged, []byte(c.kind))
		damaged[at+4+int(binary.BigEndian.Uint32(damaged[at-4:]))]++
		_, err := new(decoder).Decode(t.Context(), damaged)
		if c.sound {
			assert.NoError(t, err, c.kind)
		} else {
			assert.ErrorIs(t, err, codec.ErrCorrupt, c.kind)
		}
	}
}

func TestDamagedChunksThatAreNeededAreCorrupt(t *testing.T) {
	whole := fileOf(head(8, colorIndexed), part{"PLTE", "abcdef"}, part{"tRNS", "a"}, rowsOf(2), end)
	for _, kind := range []string{"IHDR", "PLTE", "tRNS", "IDAT"} {
		damaged := bytes.Clone(whole)
		at := bytes.Index(damaged, []byte(kind))
		damaged[at+4+int(binary.BigEndian.Uint32(damaged[at-4:]))]++ // a byte of the checksum
		_, err := new(decoder).Decode(t.Context(), damaged)
		assert.ErrorIs(t, err, codec.ErrCorrupt, kind)
		assert.ErrorContains(t, err, kind)
	}
}

func TestUnknownMethodsAreUnsupported(t *testing.T) {
	gray := head(8, colorGray).data
	for name, ihdr := range map[string]string{
		"color type 1": head(8, 1).data, "color type 7": head(8, 7).data, "depth 3": head(3, colorGray).data, "depth 32": head(32, colorGray).data,
		"RGB of 4 bits": head(4, colorRGB).data, "16 bits of index": head(16, colorIndexed).data,
		"compression 1": gray[:10] + "\x01\x00\x00", "filter method 1": gray[:11] + "\x01\x00", "interlacing 2": gray[:12] + "\x02",
	} {
		_, err := new(decoder).Decode(t.Context(), fileOf(part{"IHDR", ihdr}, rowsOf(2), end))
		assert.ErrorIs(t, err, codec.ErrFormat, name)
	}
}

func TestInvalidZlibStreamsAreCorrupt(t *testing.T) {
	stream := rowsOf(2).data
	tail := len(stream) - 4 // the checksum
	for name, c := range map[string]struct{ stream, reason string }{
		"another method":            {"\x79\x9b" + stream[2:], "zlib header"},
		"a window of 64 KiB":        {"\x88\x1c" + stream[2:], "zlib header"},
		"a header's own checksum":   {"\x78\x9d" + stream[2:], "zlib header"},
		"a dictionary":              {"\x78\xbb" + stream[2:], "zlib header"},
		"half a header":             {stream[:1], "no pixels"},
		"another checksum":          {stream[:tail] + "abcd", "checksum of the pixels"},
		"three bytes of checksum":   {stream[:tail+3], "cut off"},
		"no checksum":               {stream[:tail], "cut off"},
		"stored bytes that are cut": {"\x78\x9c\x01\x06\x00\xf9\xff\x00\x00", "cut off"},
		"fewer rows":                {string(deflated(make([]byte, 3), flate.DefaultCompression)), "too few pixels"},
	} {
		_, err := new(decoder).Decode(t.Context(), fileOf(head(8, colorGray), part{"IDAT", c.stream}, end))
		assert.ErrorIs(t, err, codec.ErrCorrupt, name)
		assert.ErrorContains(t, err, c.reason, name)
	}
}

func TestInvalidBlocksAreCorrupt(t *testing.T) {
	const stored, dynamic, last = "00", "01", "1"
	lengths := func(codes int, of map[int]int) (bits string) { // the lengths of code length codes (RFC 1951, 3.2.7)
		for _, symbol := range codeOrder[:codes] {
			bits += lowFirst(of[int(symbol)], 3)
		}
		return bits
	}
	header := func(lits, dists, codes int) string {
		return last + dynamic + lowFirst(lits-257, 5) + lowFirst(dists-1, 5) + lowFirst(codes-4, 4)
	}
	var z inflater
	for name, c := range map[string]struct{ bits, reason string }{
		"the reserved block type":         {last + "11", "block type"},
		"a length and a wrong complement": {last + stored + "00000" + lowFirst(1, 16) + lowFirst(1, 16), "stored block"},
		"288 literals and lengths":        {header(288, 1, 4), "code lengths"},
		"31 distances":                    {header(257, 31, 4), "code lengths"},
		"an incomplete code of lengths":   {header(257, 1, 4) + lengths(4, map[int]int{17: 2}), "code lengths"},
		"a length without a code":         {header(257, 1, 4) + lengths(4, map[int]int{17: 1}) + "1", "code lengths"},
		"the first length repeated":       {header(257, 1, 4) + lengths(4, map[int]int{16: 1, 17: 1}) + "0", "code lengths"},
		"more lengths than declared":      {header(257, 1, 4) + lengths(4, map[int]int{17: 1, 18: 1}) + "11111111" + "11111111", "code lengths"},
		"three codes of one bit":          {header(257, 1, 18) + lengths(18, map[int]int{1: 1, 18: 1}) + "000" + "1" + lowFirst(127, 7) + "1" + lowFirst(255-138-11, 7), "codes"},
		"a symbol of an empty code":       {header(257, 1, 4) + lengths(4, map[int]int{17: 1, 18: 1}) + "1" + lowFirst(127, 7) + "1" + lowFirst(258-138-11, 7), "code"},
	} {
		stream := append(packed(c.bits), make([]byte, 8)...)
		_, err := inflateAll(t, &z, stream)
		assert.ErrorIs(t, err, codec.ErrCorrupt, name)
		assert.ErrorContains(t, err, c.reason, name)
		_, err = io.ReadAll(flate.NewReader(bytes.NewReader(stream)))
		assert.Error(t, err, "%s, by compress/flate", name)
	}
}

// lowFirst returns the lowest n bits of v, the lowest bit first.
func lowFirst(v, n int) (bits string) {
	for ; n > 0; n-- {
		bits += string(rune('0' + v&1))
		v >>= 1
	}
	return bits
}

// The end of the stream may be read only after all pixels have been decoded.
func TestAStreamMayEndExactlyAtTheEndOfTheWindow(t *testing.T) {
	var z inflater
	const size = history + produce + slop
	raw := make([]byte, size)
	chunks := fileOf(part{"IDAT", string(deflated(raw, flate.NoCompression))}, end)[len(signature):]
	require.NoError(t, z.resetTo(t.Context(), chunks, size/2))
	for range 2 {
		got, err := z.next(size / 2)
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw[:size/2], got))
	}
	require.NotEqualValues(t, atEnd, z.state)
	require.NoError(t, z.finish())
}
