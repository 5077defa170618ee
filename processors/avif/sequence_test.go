package avif_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"testing"

	gen2brain "github.com/gen2brain/avif"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

var red, green, blue = color.RGBA{230, 20, 20, 255}, color.RGBA{20, 230, 20, 255}, color.RGBA{20, 20, 230, 255}

func plain(c color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

// sequence is one of two pictures, red and green. Its primary item is blue, or, as is usual, the
// first one.
func sequence(t *testing.T, another bool) []byte {
	var b bytes.Buffer
	animation := &gen2brain.AVIF{Image: []image.Image{plain(red), plain(green)}, Delay: []float64{1, 1}}
	require.NoError(t, gen2brain.EncodeAll(&b, animation, gen2brain.Options{Quality: 90, Speed: 10, ChromaSubsampling: image.YCbCrSubsampleRatio420}))
	file := b.Bytes()
	require.Equal(t, "ftypavis", string(file[4:12]))
	if another {
		file = relocate(t, file, payload(t, encode(t, avif.Encoder{Quality: 90}, plain(blue))))
	}
	return file
}

func assertNear(t *testing.T, want color.RGBA, img image.Image, name string) {
	t.Helper()
	got := color.RGBAModel.Convert(img.At(10, 10)).(color.RGBA)
	assert.InDeltaSlice(t, []byte{want.R, want.G, want.B, want.A}, []byte{got.R, got.G, got.B, got.A}, 8, name)
}

func TestThePrimaryItemOfASequenceIsItsPicture(t *testing.T) {
	for _, brand := range []string{"avis", "avif", "msf1", "mif1"} {
		for another, want := range map[bool]color.RGBA{false: red, true: blue} {
			file := sequence(t, another)
			copy(file[8:], brand)
			config, format, err := image.DecodeConfig(bytes.NewReader(file))
			require.NoError(t, err)
			assert.Equal(t, "avif", format)
			assert.Equal(t, image.Pt(32, 24), image.Pt(config.Width, config.Height))
			img, _, err := image.Decode(bytes.NewReader(file))
			require.NoError(t, err)
			assertNear(t, want, img, brand)
		}
	}
}

func TestASequenceWithoutAPrimaryItemIsOfAnotherFormat(t *testing.T) {
	whole := sequence(t, false)
	for _, kind := range []string{"meta", "pitm"} { // which become unknown
		file := bytes.Replace(whole, []byte(kind), []byte("free"), 1)
		_, err := avif.DecodeConfig(bytes.NewReader(file))
		assert.ErrorIs(t, err, image.ErrFormat, kind)
		_, err = avif.Decode(bytes.NewReader(file))
		assert.ErrorIs(t, err, image.ErrFormat, kind)
	}
	for _, n := range []int{30, len(whole) / 4, len(whole) - 1} {
		_, err := avif.Decode(bytes.NewReader(whole[:n]))
		require.Error(t, err)
		assert.NotErrorIs(t, err, image.ErrFormat, "cut off")
	}
}

// A gain map is an item; from it and the base, another one is derived for brighter screens.
func TestOfAPictureWithAGainMapTheBaseIsShown(t *testing.T) {
	base, gain := payload(t, encode(t, avif.Encoder{Quality: 90}, plain(green))), payload(t, encode(t, avif.Encoder{Quality: 90}, plain(red)))
	infe := func(id byte, kind string) []byte {
		return pack("infe", append([]byte{2, 0, 0, 0, 0, id, 0, 0}, kind+"\x00"...)...)
	}
	// ISO 21496-1: one channel; no headroom in the base, two stops beyond; minimum, maximum, gamma,
	// offsets.
	metadata := append(append([]byte{0}, be16(0, 0)...), append([]byte{0}, be32(0, 1, 2, 1, 0, 1, 2, 1, 1, 1, 1, 64, 1, 64)...)...)
	size, depth := pack("ispe", be32(0, 32, 24)...), pack("pixi", 0, 0, 0, 0, 3, 8, 8, 8)
	config, sRGB, pq := pack("av1C", 0x81, 0, 0x0c, 0), pack("colr", []byte("nclx\x00\x01\x00\x0d\x00\x06\x80")...), pack("colr", []byte("nclx\x00\x09\x00\x10\x00\x00\x80")...)
	file := func(at uint32) []byte {
		iloc := append(be32(0), append(be16(0x4400, 3), join(
			be16(1, 0, 1), be32(at, uint32(len(base))), be16(2, 0, 1), be32(at+uint32(len(base)), uint32(len(gain))),
			be16(3, 0, 1), be32(at+uint32(len(base)+len(gain)), uint32(len(metadata))))...)...)
		meta := join(be32(0), pack("hdlr", append(be32(0, 0, 0x70696374, 0, 0, 0), 0)...),
			pack("pitm", 0, 0, 0, 0, 0, 1), pack("iloc", iloc...),
			pack("iinf", join(be32(0), be16(3), infe(1, "av01"), infe(2, "av01"), infe(3, "tmap"))...),
			pack("iref", join(be32(0), pack("dimg", be16(3, 2, 1, 2)...))...),
			pack("iprp", join(pack("ipco", join(size, depth, config, sRGB, pq)...),
				pack("ipma", join(be32(0, 3), []byte{0, 1, 4, 1, 2, 0x83, 4, 0, 2, 3, 1, 2, 0x83, 0, 3, 3, 1, 2, 5})...))...),
			pack("grpl", pack("altr", be32(0, 9, 2, 3, 1)...)...))
		return join(pack("ftyp", []byte("avif\x00\x00\x00\x00avifmif1miaftmap")...), pack("meta", meta...), pack("mdat", join(base, gain, metadata)...))
	}
	whole := file(uint32(len(file(0)) - len(base) - len(gain) - len(metadata)))
	img := decode(t, whole)
	assert.Equal(t, image.Rect(0, 0, 32, 24), img.Rect)
	assertNear(t, green, img, "base")
}
