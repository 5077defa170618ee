package processors

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withGamma is img as a PNG whose gAMA chunk says 1: linear light.
func withGamma(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	const ihdr = 8 + 25
	chunk := []byte("\x00\x00\x00\x04gAMA\x00\x01\x86\xa0")
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return bytes.Join([][]byte{b.Bytes()[:ihdr], chunk, b.Bytes()[ihdr:]}, nil)
}

// thumb makes a thumbnail of a file, or with p == nil the whole picture.
func thumb(t testing.TB, data []byte, p Processor, width int) image.Image {
	h, err := DecodeHeader(bytes.NewReader(data))
	require.NoError(t, err)
	least := image.Point{}
	if p != nil {
		least = MinDecode(p, h.Size, width, 0)
	}
	pic, err := Decode(t.Context(), data, h, least)
	require.NoError(t, err)
	if p == nil {
		return pic.Image()
	}
	img, err := pic.Apply(t.Context(), p, width, 0)
	require.NoError(t, err)
	return img
}

func decibels(a, b image.Image) float64 {
	x, y := toNRGBA(a), toNRGBA(b)
	sum := 0.0
	for row := range x.Rect.Dy() {
		for i := range 4 * x.Rect.Dx() {
			d := float64(x.Pix[row*x.Stride+i]) - float64(y.Pix[row*y.Stride+i])
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255*float64(4*x.Rect.Dx()*x.Rect.Dy())/max(sum, 1e-9))
}

func TestOnePhotoInManyColourSpacesGivesOneThumbnail(t *testing.T) {
	dir, _ := corpus(t)
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return data
	}
	want := thumb(t, read("icc/derived-srgb.jpg"), Crop{}, 200)
	for _, name := range []string{"icc/derived-DisplayP3.jpg", "icc/derived-AdobeCompat.jpg", "icc/derived-ProPhoto.jpg", "icc/derived-Rec2020.jpg"} {
		got := thumb(t, read(name), Crop{}, 200)
		require.Equal(t, want.Bounds(), got.Bounds(), name)
		assert.Greater(t, decibels(want, got), 35.0, name)
	}
	ink := thumb(t, read("cmyk/derived-cmyk-icc.jpg"), Crop{}, 200)
	whole := thumb(t, read("cmyk/derived-cmyk-icc.jpg"), nil, 0)
	assert.Greater(t, decibels(thumb(t, encodedPNG(t, whole), Crop{}, 200), ink), 40.0, "converted before or after shrinking")
}

func encodedPNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// stretch is a processor that plans nothing, and so is given the whole picture.
type stretch struct{ got *image.Image }

func (s stretch) Process(_ context.Context, src image.Image, _, _ int) (image.Image, error) {
	*s.got = src
	return src, nil
}

func TestProcessorsAreGivenSRGB(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range grey.Pix {
		grey.Pix[i] = 55
	}
	data := withGamma(t, grey)
	for _, p := range []Processor{Crop{}, Scale{}, Fit{}, Smart{}, Entropy{}} {
		assert.Equal(t, color.Gray{128}, color.GrayModel.Convert(thumb(t, data, p, 20).At(5, 5)), "%T", p)
		assert.Equal(t, color.Gray{128}, color.GrayModel.Convert(thumb(t, data, p, 60).At(5, 5)), "%T at the size of the original", p)
	}
	var src image.Image
	thumb(t, data, stretch{&src}, 20)
	assert.Equal(t, color.Gray{128}, color.GrayModel.Convert(src.At(5, 5)))
}

// One step of 8 bits of linear light is 13 steps of sRGB.
func TestDarkTonesOfSixteenBitsSurvive(t *testing.T) {
	img := image.NewGray16(image.Rect(0, 0, 400, 4))
	for y := range 4 {
		for x := range 400 {
			img.SetGray16(x, y, color.Gray16{uint16(x * 4)})
		}
	}
	out := thumb(t, withGamma(t, img), Crop{}, 200)
	levels := map[color.Color]bool{}
	for x := range 200 {
		levels[out.At(x, 1)] = true
	}
	assert.Greater(t, len(levels), 35)
}
