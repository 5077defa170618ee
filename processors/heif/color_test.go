package heif_test

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

// A picture of 121×11 pixels, 8 bits of RGB, in lossless AV1: the output of avifenc 0.11.1 -l without the boxes.
//
//go:embed testdata/swatches.obu
var swatchesAV1 []byte

// av1Of returns the AV1 of the swatches with a sequence header that declares colors.
func av1Of(colors, function byte) []byte {
	const start, end, at = 4, 12, 37 // the sequence header is 8 bytes from byte 4 to 12, and color_primaries begins at its bit 37
	var w bitWriter
	w.put(binary.BigEndian.Uint64(swatchesAV1[start:end])>>(64-at), at)
	w.put(uint64(colors), 8)
	w.put(uint64(function), 8)
	w.put(0, 8) // matrix_coefficients: RGB
	if colors != 1 || function != 13 {
		w.put(1, 1) // color_range
	}
	w.put(1, 3) // separate_uv_delta_q and film_grain_params_present are 0; then trailing bits
	return bytes.Join([][]byte{swatchesAV1[:start-1], {byte(len(w.data))}, w.data, swatchesAV1[end:]}, nil)
}

// avifOf returns an AVIF of a payload with properties. The picture of the file is the second item. The
// first item has another profile.
func avifOf(av1 []byte, properties ...[]byte) []byte {
	other := ht.Item{Kind: "av01", Properties: [][]byte{ht.Profile([]byte("of another item")), ht.Size(9, 9)}, Data: av1}
	return ht.File(avifBrands, 2, other, ht.Item{Kind: "av01", Properties: append([][]byte{ht.Size(121, 11)}, properties...), Data: av1})
}

func TestTheColorsOfAnAVIFAreRead(t *testing.T) {
	profile, restricted := ht.Profile([]byte("a profile")), ht.Box("colr", []byte("rICC"), []byte("a profile"))
	nclx := func(primaries, transfer uint16) []byte { return ht.Nclx(primaries, transfer, 6, true) }
	p3 := &processors.CICP{Primaries: 12, Transfer: 13}
	pq := &processors.CICP{Primaries: 9, Transfer: 16}
	type want = processors.FormatColor
	for name, c := range map[string]struct {
		file []byte
		want want
	}{
		"nothing":                                 {avifOf(av1Of(2, 2)), want{}},
		"a profile":                               {avifOf(av1Of(2, 2), profile), want{Profile: []byte("a profile")}},
		"a restricted profile":                    {avifOf(av1Of(2, 2), restricted), want{Profile: []byte("a profile")}},
		"the first profile":                       {avifOf(av1Of(2, 2), restricted, ht.Profile([]byte("another"))), want{Profile: []byte("a profile")}},
		"a profile before code points":            {avifOf(av1Of(2, 2), nclx(9, 16), profile), want{Profile: []byte("a profile"), CICP: pq}},
		"a profile before the sequence header":    {avifOf(av1Of(9, 16), profile), want{Profile: []byte("a profile"), CICP: pq}},
		"code points":                             {avifOf(av1Of(2, 2), nclx(12, 13)), want{CICP: p3}},
		"code points before the sequence header":  {avifOf(av1Of(9, 16), nclx(12, 13)), want{CICP: p3}},
		"sRGB before the sequence header":         {avifOf(av1Of(9, 16), nclx(1, 13)), want{}},
		"unspecified before the sequence header":  {avifOf(av1Of(12, 13), nclx(2, 2)), want{}},
		"the sequence header":                     {avifOf(av1Of(12, 13)), want{CICP: p3}},
		"unspecified tones":                       {avifOf(av1Of(12, 2)), want{CICP: p3}},
		"tones of video":                          {avifOf(av1Of(12, 1)), want{CICP: p3}},
		"BT.601":                                  {avifOf(av1Of(5, 6)), want{CICP: &processors.CICP{Primaries: 5, Transfer: 13}}},
		"unspecified primaries":                   {avifOf(av1Of(2, 8)), want{CICP: &processors.CICP{Primaries: 1, Transfer: 8}}},
		"code points beyond the table":            {avifOf(av1Of(12, 13), nclx(999, 13)), want{}},
		"code points that are cut off":            {avifOf(av1Of(12, 13), ht.Box("colr", []byte("nclx\x00"))), want{}},
		"gray":                                    {avifOf(av1Of(2, 2), ht.Box("av1C", []byte{0x81, 0, 0x1c, 0}), profile), want{Profile: []byte("a profile"), Gray: true}},
		"gray, of one channel":                    {avifOf(av1Of(2, 2), ht.Box("pixi", ht.U32(0), []byte{1, 8})), want{Gray: true}},
		"a box without a type":                    {avifOf(av1Of(12, 13), ht.Box("colr", []byte("n"))), want{CICP: p3}},
		"those of the grid before those of tiles": {gridOf(nclx(9, 16), nclx(12, 13)), want{CICP: pq}},
		"those of the first tile of a grid":       {gridOf(ht.Box("free"), nclx(12, 13)), want{CICP: p3}},
	} {
		got, err := avif(image.Pt(121, 11)).Color(t.Context(), c.file)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
	}
}

// gridOf returns a grid of two tiles.
func gridOf(ofGrid, ofTile []byte) []byte {
	tile := ht.Item{Kind: "av01", Properties: [][]byte{ht.Size(121, 11), ofTile}, Data: swatchesAV1}
	return ht.File(avifBrands, 3, tile, tile, ht.Grid(2, 1, 242, 11, []int{1, 2}, bytes.Replace(ofGrid, []byte("free"), []byte("colr"), 1)))
}

// parameterSet returns a sequence parameter set of HEVC as x265 writes it, with the colors of a video.
func parameterSet(width, height int, layers int, full bool, primaries, transfer, matrix uint8) []byte {
	var w bitWriter
	golomb := func(values ...int) {
		for _, v := range values {
			n := 0
			for ; (v+1)>>(n+1) > 0; n++ {
			}
			w.put(0, n)
			w.put(uint64(v+1), n+1)
		}
	}
	w.put(0, 4)
	w.put(uint64(layers), 3)
	w.put(1, 1)
	w.put(3, 88-48)
	w.put(0, 48)
	w.put(93, 8)
	for range layers {
		w.put(3, 2) // flags of a profile and of a level
	}
	if layers > 0 {
		w.put(0, 2*(8-layers))
	}
	for range layers {
		w.put(1, 48)
		w.put(1, 48)
	}
	golomb(0, 1, width, height)
	w.put(1, 1)
	golomb(0, 1, 0, 1, 0, 0, 4)
	w.put(1, 1)
	for range layers + 1 {
		golomb(1, 2, 3)
	}
	golomb(0, 3, 0, 3, 1, 1)
	w.put(3, 2) // scaling lists
	for size := range 4 {
		for range []int{6, 6, 6, 2}[size] {
			w.put(uint64(size&1), 1)
			if size&1 == 0 {
				golomb(1)
				continue
			}
			for range []int{0, 64, 0, 65}[size] {
				golomb(3)
			}
		}
	}
	w.put(0, 2)
	w.put(1, 1) // PCM
	w.put(0x77, 8)
	golomb(0, 1)
	w.put(1, 1)
	golomb(2) // reference pictures
	golomb(2, 1, 0)
	w.put(1, 1)
	golomb(0)
	w.put(1, 1)
	golomb(0)
	w.put(1, 1)
	w.put(3, 2) // the second set is predicted from the first
	golomb(0)
	w.put(0b0101_0101, 8)
	w.put(1, 1) // flag of long-term reference pictures
	golomb(1)
	w.put(0xab, 8)
	w.put(0, 1)
	w.put(0, 2)
	w.put(1, 1) // flag of the VUI
	w.put(1, 1) // aspect ratio
	w.put(255, 8)
	w.put(1<<16|1, 32)
	w.put(2, 2) // overscan
	w.put(1, 1)
	w.put(5, 3)
	w.put(map[bool]uint64{true: 1}[full], 1)
	w.put(1, 1)
	w.put(uint64(primaries)<<16|uint64(transfer)<<8|uint64(matrix), 24)
	w.put(0, 16)
	var escaped []byte
	zeros := 0
	for _, b := range w.data {
		if zeros == 2 && b <= 3 {
			escaped, zeros = append(escaped, 3), 0
		}
		if escaped = append(escaped, b); b == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return append([]byte{66, 1}, escaped...)
}

// hevcWith returns "hvcC" with a parameter set after other units.
func hevcWith(set []byte) []byte {
	b := hevcConfig(8)[8:30]
	b = append(b, 2, 0x80|32)
	b = append(b, ht.U16(1, 4)...)
	b = append(b, 1, 2, 3, 4, 0x80|33)
	b = append(b, ht.U16(1, uint16(len(set)))...)
	return ht.Box("hvcC", append(b, set...))
}

func TestTheColorsOfAHEICWithoutColrAreReadFromTheHEVC(t *testing.T) {
	f := heif.Format(nil, heif.Config{})
	for layers := range 4 {
		set := parameterSet(320, 240, layers, false, 9, 16, 9)
		file := ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: [][]byte{hevcWith(set), ht.Size(320, 240)}, Data: []byte("HEVC")})
		assert.Equal(t, [2]uint16{9, 16}, points(t, f, file), "%d layers", layers)
		file = ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: [][]byte{hevcWith(set), ht.Size(320, 240), ht.Nclx(12, 13, 6, true)}, Data: []byte("HEVC")})
		assert.Equal(t, [2]uint16{12, 13}, points(t, f, file), "%d layers", layers)
		for n := range set {
			points(t, f, ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: [][]byte{hevcWith(set[:n]), ht.Size(320, 240)}, Data: []byte("HEVC")}))
		}
	}
}

func TestPixelsBeyondTheDeclaredSizeAreCountedOrErrCorrupt(t *testing.T) {
	small := ht.File(avifBrands, 1, ht.Item{Kind: "av01", Properties: [][]byte{ht.Size(1, 1)}, Data: swatchesAV1})
	_, err := avif(image.Pt(1, 1)).Decode(t.Context(), small)
	assert.ErrorIs(t, err, processors.ErrCorrupt)
	f := heif.Format(plain(image.Pt(1, 1)), heif.Config{BytesPerPixel: 10})
	huge := ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: [][]byte{hevcWith(parameterSet(3000, 3000, 0, true, 1, 13, 6)), ht.Size(1, 1)}, Data: []byte("HEVC")})
	h, err := f.Header(t.Context(), bytes.NewReader(huge))
	require.NoError(t, err)
	assert.Greater(t, h.Bytes, int64(10*3000*3000), "what is clipped counts")
	_, err = f.Decode(t.Context(), huge)
	assert.NoError(t, err)
	set := parameterSet(3000, 3000, 0, true, 1, 13, 6)
	among := append(ht.U32(uint32(len(set))), set...) // between the pixels
	config := hevcConfig(8)
	config[8+21] = 3
	_, err = heif.Format(plain(image.Pt(1, 1)), heif.Config{}).Decode(t.Context(),
		ht.File(heic, 1, ht.Item{Kind: "hvc1", Properties: [][]byte{config, ht.Size(1, 1)}, Data: append(ht.U32(2), append([]byte{9, 9}, among...)...)}))
	assert.ErrorIs(t, err, processors.ErrCorrupt)
}
