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

	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

var red, green, blue = color.RGBA{230, 20, 20, 255}, color.RGBA{20, 230, 20, 255}, color.RGBA{20, 20, 230, 255}

func plain(c color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

// sequence returns a sequence of two pictures, red and green. If another is true, its primary item is a blue picture.
// Otherwise it is the first picture of the sequence, as usual.
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
			assert.True(t, avif.Format.Match(file[:64]))
			img := decode(t, file)
			assert.Equal(t, image.Rect(0, 0, 32, 24), img.Rect)
			assertNear(t, want, img, brand)
		}
	}
}

func TestASequenceWithoutAPrimaryItemIsErrFormat(t *testing.T) {
	whole := sequence(t, false)
	for _, kind := range []string{"meta", "pitm"} { // renames the box, so that readers do not find it
		_, err := seen(t, bytes.Replace(whole, []byte(kind), []byte("free"), 1))
		assert.ErrorIs(t, err, processors.ErrFormat, kind)
	}
	for _, n := range []int{30, len(whole) / 4} {
		_, err := seen(t, whole[:n])
		assert.ErrorIs(t, err, processors.ErrCorrupt, "cut off")
	}
}

// A gain map is an item. The file derives a third item from the base and the gain map, for brighter screens.
func TestTheBaseOfAPictureWithAGainMapIsShown(t *testing.T) {
	base, gain := payload(t, encode(t, avif.Encoder{Quality: 90}, plain(green))), payload(t, encode(t, avif.Encoder{Quality: 90}, plain(red)))
	// The metadata is that of ISO 21496-1 with one channel: headroom 0 for the base and 2 stops for the
	// alternate picture, then minimum, maximum, gamma and offsets.
	metadata := append(append([]byte{0}, ht.U16(0, 0)...), append([]byte{0}, ht.U32(0, 1, 2, 1, 0, 1, 2, 1, 1, 1, 1, 64, 1, 64)...)...)
	size, depth, config := ht.Size(32, 24), ht.Box("pixi", ht.U32(0), []byte{3, 8, 8, 8}), ht.Box("av1C", []byte{0x81, 0, 0x0c, 0})
	whole := ht.File([]string{"avif", "mif1", "miaf", "tmap"}, 1,
		ht.Item{Kind: "av01", Properties: [][]byte{size, depth, config, ht.Nclx(1, 13, 6, true)}, Data: base},
		ht.Item{Kind: "av01", Properties: [][]byte{size, depth, config}, Data: gain},
		ht.Item{Kind: "tmap", Properties: [][]byte{size, depth, ht.Nclx(9, 16, 0, true)}, Data: metadata, Refs: []ht.Ref{{Kind: "dimg", To: []int{1, 2}}}})
	img := decode(t, whole)
	assert.Equal(t, image.Rect(0, 0, 32, 24), img.Rect)
	assertNear(t, green, img, "base")
}
