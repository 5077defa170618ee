package ico_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/ico"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// dib returns the bitmap of an icon. All its pixels have one color; its mask makes the lower half transparent.
func dib(side, bits int, pixel []byte) []byte {
	le := binary.LittleEndian
	b := make([]byte, 40)
	le.PutUint32(b, 40)
	le.PutUint32(b[4:], uint32(side))
	le.PutUint32(b[8:], uint32(2*side))
	le.PutUint16(b[12:], 1)
	le.PutUint16(b[14:], uint16(bits))
	if bits <= 8 {
		for range 1 << bits {
			b = append(b, 1, 2, 3, 0)
		}
	}
	for range side {
		row := bytes.Repeat(pixel, side*bits/8/len(pixel))
		b = append(b, row...)
		b = append(b, make([]byte, (4-len(row)%4)%4)...)
	}
	for y := range side {
		row := make([]byte, (side+31)/32*4)
		if y < side/2 {
			for i := range row {
				row[i] = 0xff
			}
		}
		b = append(b, row...)
	}
	return b
}

func pngOf(side int, c color.Color) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		m.Set(i%side, i/side, c)
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

// icon returns a file with pictures. kind 1 is an icon, kind 2 a cursor.
func icon(kind byte, sides []int, pictures ...[]byte) []byte {
	le := binary.LittleEndian
	out := []byte{0, 0, kind, 0, byte(len(pictures)), 0}
	at := len(out) + 16*len(pictures)
	for i, p := range pictures {
		e := make([]byte, 16)
		e[0], e[1] = byte(sides[i]), byte(sides[i])
		if e[6] = 32; p[0] == 40 && kind == 1 {
			e[6] = p[14] // bits per pixel
		}
		le.PutUint32(e[8:], uint32(len(p)))
		le.PutUint32(e[12:], uint32(at))
		out = append(out, e...)
		at += len(p)
	}
	return append(out, bytes.Join(pictures, nil)...)
}

func TestTheDeepestOfTheLargestPicturesIsDecoded(t *testing.T) {
	small, large := pngOf(16, color.NRGBA{255, 0, 0, 255}), pngOf(256, color.NRGBA{0, 255, 0, 255})
	for _, kind := range []byte{1, 2} {
		for name, data := range map[string][]byte{
			"last":       icon(kind, []int{16, 0}, small, large),
			"first":      icon(kind, []int{0, 16}, large, small),
			"deepest":    icon(kind, []int{0, 0}, dib(256, 4, []byte{0}), large),
			"not a lie":  icon(kind, []int{0, 0}, small, large),
			"not broken": icon(kind, []int{0, 0, 16}, []byte("neither PNG nor bitmap, but long enough"), large, small),
		} {
			h, pic, err := codectest.Decode(t.Context(), ico.Format, data, codec.Options{})
			require.NoError(t, err, name)
			assert.Equal(t, image.Pt(256, 256), h.Stored, name)
			assert.Equal(t, color.NRGBA{0, 255, 0, 255}, color.NRGBAModel.Convert(pic.Image.At(9, 9)), name)
			codectest.WithinMemory(t, ico.Format, data, codec.Options{}, name)
			codectest.WithinMemory(t, ico.Format, data, codec.Options{Least: image.Pt(40, 40)}, name)
		}
	}
}

func TestTheMaskAppliesUnlessThePixelsHaveAlpha(t *testing.T) {
	for name, c := range map[string]struct {
		bits         int
		pixel        []byte
		upper, lower color.NRGBA
	}{
		"1 bit":           {1, []byte{0}, color.NRGBA{3, 2, 1, 255}, color.NRGBA{}},
		"4 bits":          {4, []byte{0x11}, color.NRGBA{3, 2, 1, 255}, color.NRGBA{}},
		"8 bits":          {8, []byte{7}, color.NRGBA{3, 2, 1, 255}, color.NRGBA{}},
		"24 bits":         {24, []byte{30, 20, 10}, color.NRGBA{10, 20, 30, 255}, color.NRGBA{}},
		"32 bits":         {32, []byte{30, 20, 10, 99}, color.NRGBA{10, 20, 30, 99}, color.NRGBA{10, 20, 30, 99}},
		"32 bits without": {32, []byte{30, 20, 10, 0}, color.NRGBA{10, 20, 30, 255}, color.NRGBA{}},
	} {
		data := icon(1, []int{32}, dib(32, c.bits, c.pixel))
		h, pic, err := codectest.Decode(t.Context(), ico.Format, data, codec.Options{})
		require.NoError(t, err, name)
		assert.Equal(t, image.Pt(32, 32), h.Stored, name)
		assert.Equal(t, c.upper, pic.Image.At(3, 3), name)
		assert.Equal(t, c.lower, pic.Image.At(3, 28), name)
		codectest.WithinMemory(t, ico.Format, data, codec.Options{}, name)
		cut := data[:len(data)-4*32-8*c.bits]
		_, _, err = codectest.Decode(t.Context(), ico.Format, cut, codec.Options{})
		assert.ErrorIs(t, err, codec.ErrCorrupt, name)
		_, pic, err = codectest.Decode(t.Context(), ico.Format, cut, codec.Options{Tolerant: true})
		require.NoError(t, err, name)
		assert.True(t, pic.Partial, name)
	}
}

// Chromium and Pillow show such files.
func TestADeclaredSizeThatIsTooSmallDoesNotCutThePicture(t *testing.T) {
	for name, picture := range map[string][]byte{"bitmap": dib(32, 24, []byte{30, 20, 10}), "PNG": pngOf(32, color.NRGBA{10, 20, 30, 255})} {
		for _, size := range []byte{0, 1, 70} {
			data := icon(1, []int{32, 16}, picture, dib(16, 24, []byte{1, 1, 1}))
			copy(data[6+8:], []byte{size, 0, 0, 0})
			require.True(t, ico.Format.Match(data), "%s of %d bytes", name, size)
			_, pic, err := codectest.Decode(t.Context(), ico.Format, data, codec.Options{})
			require.NoError(t, err, "%s of %d bytes", name, size)
			assert.Equal(t, color.NRGBA{10, 20, 30, 255}, color.NRGBAModel.Convert(pic.Image.At(3, 3)), "%s of %d bytes", name, size)
		}
	}
}

func TestAnIconWithoutAMaskGetsNoneFromTheNextPicture(t *testing.T) {
	picture := dib(32, 24, []byte{30, 20, 10})
	data := icon(1, []int{32, 16}, picture[:len(picture)-32*4], dib(16, 32, []byte{255, 255, 255, 255}))
	_, pic, err := codectest.Decode(t.Context(), ico.Format, data, codec.Options{})
	require.NoError(t, err)
	for y := range 32 {
		assert.Equal(t, color.NRGBA{10, 20, 30, 255}, pic.Image.At(5, y))
	}
}

func TestIconsAreWhatChromiumShows(t *testing.T) {
	var names []string
	var files [][]byte
	for name, f := range map[string][]byte{
		"1 bit":                      icon(1, []int{32}, dib(32, 1, []byte{0x5a})),
		"4 bits":                     icon(1, []int{32}, dib(32, 4, []byte{0x12})),
		"8 bits":                     icon(1, []int{32}, dib(32, 8, []byte{9, 8})),
		"24 bits":                    icon(1, []int{32}, dib(32, 24, []byte{1, 200, 80})),
		"32 bits":                    icon(1, []int{32}, dib(32, 32, []byte{1, 200, 80, 99})),
		"32 bits without alpha":      icon(1, []int{32}, dib(32, 32, []byte{1, 200, 80, 0})),
		"PNG":                        icon(1, []int{32}, pngOf(32, color.NRGBA{10, 200, 3, 90})),
		"cursor":                     icon(2, []int{32}, dib(32, 24, []byte{1, 200, 80})),
		"the larger of two":          icon(1, []int{16, 32}, dib(16, 24, []byte{1, 2, 3}), dib(32, 8, []byte{9})),
		"the deeper of two":          icon(1, []int{32, 32}, dib(32, 4, []byte{9}), dib(32, 24, []byte{1, 100, 3})),
		"the deeper one comes first": icon(1, []int{32, 32}, dib(32, 24, []byte{1, 100, 3}), dib(32, 4, []byte{9})),
	} {
		names, files = append(names, name), append(files, f)
	}
	background := color.RGBA{200, 30, 100, 255}
	shown := imagetest.Screenshots(t, files, "image/x-icon", image.Pt(32, 32), background)
	for i, name := range names {
		_, pic, err := codectest.Decode(t.Context(), ico.Format, files[i], codec.Options{})
		require.NoError(t, err, name)
		got := image.NewRGBA(image.Rect(0, 0, 32, 32))
		draw.Draw(got, got.Rect, image.NewUniform(background), image.Point{}, draw.Src)
		draw.Draw(got, got.Rect, pic.Image, image.Point{}, draw.Over)
		worst := 0
		for j, v := range got.Pix {
			worst = max(worst, int(v)-int(shown[i].Pix[j]), int(shown[i].Pix[j])-int(v))
		}
		assert.LessOrEqual(t, worst, 2, name)
	}
}

func TestOtherFilesDoNotMatch(t *testing.T) {
	for _, s := range []string{"", "\x00\x00\x01\x00", "\x00\x00\x01\x00\x00\x00", "\x00\x00\x01\x00\x01\x00" + string(make([]byte, 40)), "\x00\x00\x03\x00\x01\x00" + string(make([]byte, 40))} {
		assert.False(t, ico.Format.Match([]byte(s)))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(icon(1, []int{16, 0}, pngOf(16, color.White), dib(32, 8, []byte{1})))
	f.Add(icon(2, []int{32, 16}, dib(32, 32, []byte{1, 2, 3, 0}), dib(16, 1, []byte{0})))
	f.Add(icon(1, []int{48, 48}, dib(48, 4, []byte{1}), dib(48, 24, []byte{1, 2, 3})))
	f.Fuzz(func(t *testing.T, data []byte) { codectest.Fuzz(t, ico.Format, data) })
}
