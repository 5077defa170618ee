package colorspace

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// The picture swatches in AV1 without loss, 8 bits of RGB; what avifenc 0.11.1 -l makes of it,
// without the boxes.
//
//go:embed testdata/swatches.obu
var swatchesAV1 []byte

// pack makes a box.
func pack(kind string, content ...[]byte) []byte {
	b := append(make([]byte, 4), kind...)
	for _, c := range content {
		b = append(b, c...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func colr(kind string, profile []byte) []byte { return pack("colr", []byte(kind), profile) }

func nclx(colours, function byte) []byte {
	return pack("colr", []byte("nclx"), []byte{0, colours, 0, function, 0, 0, 0x80})
}

// avifWith is an AVIF of the swatches with these properties. It has the number 2, and item 1 has
// all properties but those.
func avifWith(t testing.TB, properties ...[]byte) []byte {
	return avifOf(t, av1Of(2, 2), properties...)
}

// avifOf is avifWith of another payload.
func avifOf(t testing.TB, av1 []byte, properties ...[]byte) []byte {
	t.Helper()
	all := append([][]byte{
		colr("prof", []byte("of another item")),
		pack("ispe", numbers(0, 121, 11)), pack("pixi", numbers(0), []byte{3, 8, 8, 8}), pack("av1C", []byte{0x81, 0x20, 0, 0}),
	}, properties...)
	ipma := append(numbers(0, 2), 0, 1, 2, 1, 0x82, 0, 2, byte(len(all)-1))
	for i := 1; i < len(all); i++ {
		ipma = append(ipma, byte(i+1))
	}
	header := func(at int) []byte {
		meta := pack("meta", numbers(0), pack("hdlr", numbers(0, 0), []byte("pict"), make([]byte, 13)), pack("pitm", numbers(0), []byte{0, 2}),
			pack("iloc", numbers(0), []byte{0x44, 0, 0, 1, 0, 2, 0, 0, 0, 1}, numbers(uint32(at), uint32(len(av1)))),
			pack("iinf", numbers(0), []byte{0, 1}, pack("infe", []byte{2, 0, 0, 0, 0, 2, 0, 0}, []byte("av01\x00"))),
			pack("iprp", pack("ipco", all...), pack("ipma", ipma)))
		return append(pack("ftyp", []byte("avif\x00\x00\x00\x00avifmif1miaf")), meta...)
	}
	return append(header(len(header(0))+8), pack("mdat", av1)...)
}

// av1Of is the AV1 of the swatches, whose sequence header says these colours.
func av1Of(colours, function byte) []byte {
	const start, end, at = 4, 12, 37 // the header's 8 bytes; the first bit of color_primaries
	var w bitWriter
	w.put(binary.BigEndian.Uint64(swatchesAV1[start:end])>>(64-at), at)
	w.put(uint64(colours), 8)
	w.put(uint64(function), 8)
	w.put(0, 8) // matrix_coefficients: RGB
	if colours != 1 || function != 13 {
		w.put(1, 1) // color_range
	}
	w.put(1, 3) // neither separate_uv_delta_q nor film_grain_params_present; trailing bits
	return bytes.Join([][]byte{swatchesAV1[:start-1], {byte(len(w.data))}, w.data, swatchesAV1[end:]}, nil)
}

func TestAVIFColoursAreWhatChromiumShows(t *testing.T) {
	type avifCase struct {
		name      string
		tolerance int
		file      []byte
	}
	cases := []avifCase{
		{"a profile", 1, avifWith(t, colr("prof", p3Profile()))},
		{"a profile before code points", 1, avifWith(t, nclx(9, 16), colr("prof", p3Profile()))},
		{"a restricted profile", 1, avifWith(t, colr("rICC", p3Profile()), nclx(9, 16))},
		{"a profile before the sequence header", 1, avifOf(t, av1Of(9, 16), colr("prof", p3Profile()))},
		{"code points before the sequence header", 0, avifOf(t, av1Of(9, 16), nclx(1, 13))},
		{"unspecified before the sequence header", 0, avifOf(t, av1Of(12, 13), nclx(2, 2))},
	}
	for _, c := range []struct {
		name              string
		tolerance         int
		colours, function byte
	}{
		{"sRGB", 0, 1, 13},
		{"unspecified", 0, 2, 2},
		{"BT.709", 0, 1, 1},
		{"BT.709 primaries", 0, 1, 2},
		{"P3", 1, 12, 13},
		{"P3 primaries", 1, 12, 2},
		{"BT.601, 625 lines", 1, 5, 6},
		{"BT.601, 525 lines", 1, 6, 6},
		{"BT.2020", 1, 9, 14},
		{"BT.2020, 12 bits", 1, 9, 15},
		{"linear", 1, 2, 8},
		{"2.2", 1, 1, 4},
		{"2.8", 1, 5, 5},
		{"240M", 1, 7, 7},
		{"DCI", 1, 11, 17},
		{"PQ", 40, 9, 16},
		{"HLG", 40, 9, 18},
	} {
		cases = append(cases,
			avifCase{c.name, c.tolerance, avifWith(t, nclx(c.colours, c.function))},
			avifCase{c.name + " in the sequence header", c.tolerance, avifOf(t, av1Of(c.colours, c.function))})
	}
	var files [][]byte
	for _, c := range cases {
		files = append(files, c.file)
	}
	source := swatches()
	shown := screenshots(t, files, source.Rect.Size())
	for i, c := range cases {
		got := toNRGBA(apply(Of("avif", files[i]), source))
		largest, where := 0, ""
		for j := range got.Pix {
			d := int(got.Pix[j]) - int(shown[i].Pix[j])
			if d = max(d, -d); d > largest {
				k := j &^ 3
				largest, where = d, fmt.Sprintf("%v becomes %v, Chromium shows %v", source.Pix[k:k+3], got.Pix[k:k+3], shown[i].Pix[k:k+3])
			}
		}
		assert.LessOrEqual(t, largest, c.tolerance, "%s: %s", c.name, where)
	}
}

func TestLongNumbersInAnAVIFAreRead(t *testing.T) {
	box := pack("ipma", []byte{1, 0, 0, 1}, numbers(2, 70000), []byte{1, 0, 9}, numbers(70001), []byte{2, 0x81, 0x2c, 0x00, 0x03})
	var got []int
	associations(box[8:], 70001, func(i int) { got = append(got, i) })
	assert.Equal(t, []int{300, 3}, got)
}

// A file says again and again which of very many properties its picture has.
func TestAnAVIFOfVeryManyPropertiesIsReadInTime(t *testing.T) {
	one := append(append(numbers(0)[2:], 2, 255), bytes.Repeat([]byte{0x7f, 0xff}, 255)...)
	ipma := append(numbers(1, 1<<30), bytes.Repeat(one, 4000)...)
	file := pack("meta", numbers(0), pack("pitm", numbers(0), []byte{0, 2}),
		pack("iprp", pack("ipco", bytes.Repeat(pack("colr"), 1<<17)), pack("ipma", ipma)))
	start := time.Now()
	assert.Equal(t, avifColour{found: found{space: icc.RGB}}, readAVIF(file))
	assert.Less(t, time.Since(start), time.Minute)
}
