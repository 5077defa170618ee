package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// thumb makes a thumbnail of a file, or decodes the whole picture if p is nil.
func thumb(t testing.TB, data []byte, p processors.Processor, width int) image.Image {
	return sized(t, data, p, width, 0)
}

func sized(t testing.TB, data []byte, p processors.Processor, width, height int) image.Image {
	h, err := DecodeHeader(bytes.NewReader(data))
	require.NoError(t, err)
	least := image.Point{}
	if p != nil {
		least = MinDecode(p, h.Size, width, height)
	}
	pic, err := Decode(t.Context(), data, h, least)
	require.NoError(t, err)
	if p == nil {
		return pic.Image()
	}
	img, err := pic.Apply(t.Context(), p, width, height)
	require.NoError(t, err)
	return img
}

func TestOnePhotoInManyColorSpacesGivesOneThumbnail(t *testing.T) {
	dir := imagetest.Corpus(t)
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return data
	}
	want := thumb(t, read("icc/derived-srgb.jpg"), processors.Crop{}, 200)
	for _, name := range []string{"icc/derived-DisplayP3.jpg", "icc/derived-AdobeCompat.jpg", "icc/derived-ProPhoto.jpg", "icc/derived-Rec2020.jpg"} {
		got := thumb(t, read(name), processors.Crop{}, 200)
		require.Equal(t, want.Bounds(), got.Bounds(), name)
		assert.Greater(t, imagetest.PSNR(want, got), 35.0, name)
	}
	ink := thumb(t, read("cmyk/derived-cmyk-icc.jpg"), processors.Crop{}, 200)
	whole := thumb(t, read("cmyk/derived-cmyk-icc.jpg"), nil, 0)
	assert.Greater(t, imagetest.PSNR(thumb(t, encodedPNG(t, whole), processors.Crop{}, 200), ink), 40.0, "converted before or after shrinking")
}

func encodedPNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// stretch is a Processor that is not a Planner, so it receives the whole picture.
type stretch struct{ got *image.Image }

func (s stretch) Process(_ context.Context, src image.Image, _, _ int) (image.Image, error) {
	*s.got = src
	return src, nil
}

func TestProcessorsReceiveSRGB(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range gray.Pix {
		gray.Pix[i] = 55
	}
	data := specimen.PNG(gray, 1)
	for _, p := range []processors.Processor{processors.Crop{}, processors.Scale{}, processors.Fit{}, processors.Smart{}, processors.Entropy{}} {
		assert.Equal(t, color.Gray{128}, color.GrayModel.Convert(thumb(t, data, p, 20).At(5, 5)), "%T", p)
		assert.Equal(t, color.Gray{128}, color.GrayModel.Convert(thumb(t, data, p, 60).At(5, 5)), "%T at the size of the original", p)
	}
	var src image.Image
	thumb(t, data, stretch{&src}, 20)
	assert.Equal(t, color.Gray{128}, color.GrayModel.Convert(src.At(5, 5)))
}

// One step of linear light in 8 bits is 13 steps of sRGB.
func TestDarkTonesOf16BitsAreKept(t *testing.T) {
	img := image.NewGray16(image.Rect(0, 0, 400, 4))
	for y := range 4 {
		for x := range 400 {
			img.SetGray16(x, y, color.Gray16{uint16(x * 4)})
		}
	}
	out := thumb(t, specimen.PNG(img, 1), processors.Crop{}, 200)
	levels := map[color.Color]bool{}
	for x := range 200 {
		levels[out.At(x, 1)] = true
	}
	assert.Greater(t, len(levels), 35)
}

// Stripes of 64 and 192 in linear light are 137 and 225 in sRGB. A browser converts to sRGB before
// scaling. So it shows 181, the mean of 137 and 225, and not 188, which is the mean in linear
// light.
func TestTonesFarFromSRGBAreConvertedBeforeShrinking(t *testing.T) {
	imagetest.Long(t)
	for _, side := range []int{64, 1600} {
		img := image.NewGray(image.Rect(0, 0, side, side))
		for i := range img.Pix {
			img.Pix[i] = 64 + byte(i/side&1)*128
		}
		data := specimen.PNG(img, 1)
		gray := color.GrayModel.Convert(thumb(t, data, processors.Crop{}, 16).At(8, 8)).(color.Gray)
		assert.InDelta(t, 181, gray.Y, 1)

		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, h.DecodeBytes(image.Pt(16, 16)), int64(side*side), "it is decoded whole, and then converted")
		h, err = DecodeHeader(bytes.NewReader(encodedPNG(t, img)))
		require.NoError(t, err)
		assert.Less(t, h.DecodeBytes(image.Pt(16, 16)), int64(768<<10), "others are shrunk row by row")
	}
}

// displayP3 returns an APP2 segment with a profile: the primaries of Display P3 and a gamma of 2.2.
func displayP3() []byte {
	const d50 = "\x00\x00\xf6\xd6\x00\x01\x00\x00\x00\x00\xd3\x2d"
	const gamma = "curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33\x00\x00"
	tags := [][2]string{
		{"wtpt", d50}, {"rXYZ", "\x00\x00\x83\xdf\x00\x00\x3d\xbf\xff\xff\xff\xbb"},
		{"gXYZ", "\x00\x00\x4a\xbf\x00\x00\xb1\x37\x00\x00\x0a\xb9"}, {"bXYZ", "\x00\x00\x28\x38\x00\x00\x11\x0b\x00\x00\xc8\xb9"},
		{"rTRC", gamma}, {"gTRC", gamma}, {"bTRC", gamma},
	}
	p := make([]byte, 128)
	p[8] = 2
	copy(p[12:], "mntrRGB XYZ ")
	copy(p[36:], "acsp")
	copy(p[68:], d50)
	p = binary.BigEndian.AppendUint32(p, uint32(len(tags)))
	at, data := len(p)+12*len(tags), ""
	for _, t := range tags {
		content := t[1]
		if content != gamma {
			content = "XYZ \x00\x00\x00\x00" + content
		}
		p = append(p, t[0]...)
		p = binary.BigEndian.AppendUint32(p, uint32(at+len(data)))
		p = binary.BigEndian.AppendUint32(p, uint32(len(content)))
		data += content
	}
	p = append(p, data...)
	binary.BigEndian.PutUint32(p, uint32(len(p)))
	segment := append([]byte("\xff\xe2\x00\x00ICC_PROFILE\x00\x01\x01"), p...)
	binary.BigEndian.PutUint16(segment[2:], uint16(len(segment)-2))
	return segment
}

func TestProfilesOfJPEGsAreApplied(t *testing.T) {
	plain := photoJPEG(t, 160, 120)
	tagged := bytes.Join([][]byte{plain[:2], displayP3(), plain[2:]}, nil)
	a, b := thumb(t, plain, processors.Crop{}, 40), thumb(t, tagged, processors.Crop{}, 40)
	assert.Less(t, imagetest.PSNR(a, b), 45.0)
}

// photoJPEG returns smooth shapes with the noise of a photo.
func photoJPEG(t testing.TB, w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	noise := uint32(1)
	for y := range h {
		for x := range w {
			noise = noise*1664525 + 1013904223
			n := int(noise >> 28)
			p := img.Pix[img.PixOffset(x, y):]
			p[0], p[1], p[2], p[3] = byte(200*x/w+n), byte(200*y/h+n), byte(40+(x*y>>12)%180+n), 255
		}
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}))
	return b.Bytes()
}
