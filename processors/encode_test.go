package processors_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type encoder interface {
	Encode(w io.Writer, img image.Image) error
}

func encoded(t testing.TB, e encoder, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, e.Encode(&b, img))
	return b.Bytes()
}

// pictures has the same picture in every type that a processor may pass to an encoder.
func pictures(t testing.TB) map[string]image.Image {
	size := image.Rect(0, 0, 41, 27)
	source := imagetest.Gradient(41, 27)
	large := image.NewNRGBA(image.Rect(-9, -9, 70, 70))
	draw.Draw(large, size.Add(image.Pt(5, 3)), source, image.Point{}, draw.Src)
	all := map[string]image.Image{
		"NRGBA": source, "part of an NRGBA": large.SubImage(size.Add(image.Pt(5, 3))),
	}
	for name, img := range map[string]draw.Image{
		"RGBA": image.NewRGBA(size), "RGBA64": image.NewRGBA64(size), "NRGBA64": image.NewNRGBA64(size), "CMYK": image.NewCMYK(size),
	} {
		draw.Draw(img, size, source, image.Point{}, draw.Src)
		all[name] = img
	}
	for name, ratio := range map[string]image.YCbCrSubsampleRatio{
		"YCbCr 4:4:4": image.YCbCrSubsampleRatio444, "YCbCr 4:2:0": image.YCbCrSubsampleRatio420, "YCbCr 4:1:1": image.YCbCrSubsampleRatio411,
	} {
		img := image.NewYCbCr(size, ratio)
		for y := range 27 {
			for x := range 41 {
				c := color.YCbCrModel.Convert(source.At(x, y)).(color.YCbCr)
				img.Y[img.YOffset(x, y)] = c.Y
				img.Cb[img.COffset(x, y)], img.Cr[img.COffset(x, y)] = c.Cb, c.Cr
			}
		}
		all[name] = img
		all["part of a "+name] = img.SubImage(image.Rect(3, 1, 41, 27))
	}
	return all
}

func TestEveryTypeOfPictureIsEncodedAndNotModified(t *testing.T) {
	for name, img := range pictures(t) {
		before := nrgbaOf(img)
		before = &image.NRGBA{Pix: bytes.Clone(before.Pix), Stride: before.Stride, Rect: before.Rect}
		for _, c := range []struct {
			e         encoder
			tolerance float64
		}{
			{processors.PNG{}, 0}, {processors.JPEG{Quality: 95}, 8}, {processors.JPEG{Quality: 95, Subsampling: processors.Subsampling444}, 8}, {processors.JPEG{Quality: 95, Progressive: true}, 8}, {processors.GIF{}, 8},
		} {
			_, got := decodeFile(t, encoded(t, c.e, img))
			assert.LessOrEqual(t, distance(t, before, got), c.tolerance, "%T of %s", c.e, name)
		}
		assert.Zero(t, distance(t, before, img), "%s is modified", name)
	}
}

func TestJPEGComposesTransparencyOnItsBackground(t *testing.T) {
	img := uniform(image.Pt(16, 16), color.NRGBA{0, 0, 0, 0})
	for _, c := range []struct {
		e    processors.JPEG
		want color.NRGBA
	}{
		{processors.JPEG{}, color.NRGBA{255, 255, 255, 255}},
		{processors.JPEG{Background: color.NRGBA{40, 80, 120, 255}}, color.NRGBA{40, 80, 120, 255}},
	} {
		_, got := decodeFile(t, encoded(t, c.e, img))
		assert.Less(t, distance(t, uniform(image.Pt(16, 16), c.want), got), 3.0, "%v", c)
	}
	half := uniform(image.Pt(16, 16), color.NRGBA{200, 0, 0, 128})
	_, got := decodeFile(t, encoded(t, processors.JPEG{}, half))
	assert.Less(t, distance(t, uniform(image.Pt(16, 16), color.NRGBA{227, 127, 127, 255}), got), 3.0)
}

func TestJPEGOptionsWork(t *testing.T) {
	img := imagetest.Gradient(200, 150)
	fill(img.SubImage(image.Rect(50, 50, 100, 100)).(*image.NRGBA), color.NRGBA{255, 0, 0, 255})
	size := func(e processors.JPEG) int { return len(encoded(t, e, img)) }
	assert.Equal(t, size(processors.JPEG{Quality: 85}), size(processors.JPEG{}), "85 is the default")
	assert.Less(t, size(processors.JPEG{Quality: 30}), size(processors.JPEG{}))
	assert.Equal(t, size(processors.JPEG{Quality: 100}), size(processors.JPEG{Quality: 1000}))
	assert.Equal(t, size(processors.JPEG{Quality: 1}), size(processors.JPEG{Quality: -7}))
	assert.True(t, bytes.Contains(encoded(t, processors.JPEG{Progressive: true}, img), []byte{0xff, 0xc2}))

	for e, want := range map[processors.JPEG]image.YCbCrSubsampleRatio{
		{}:                                       image.YCbCrSubsampleRatio420,
		{Subsampling: processors.Subsampling444}: image.YCbCrSubsampleRatio444,
	} {
		got, err := jpeg.Decode(bytes.NewReader(encoded(t, e, img)))
		require.NoError(t, err)
		assert.Equal(t, want, got.(*image.YCbCr).SubsampleRatio)
	}
}

func TestGrayStaysGray(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 40, 30))
	deep := image.NewGray16(gray.Rect)
	draw.Draw(gray, gray.Rect, imagetest.Gradient(40, 30), image.Point{}, draw.Src)
	draw.Draw(deep, gray.Rect, gray, image.Point{}, draw.Src)
	for _, img := range []image.Image{gray, deep} {
		for _, e := range []encoder{processors.JPEG{Quality: 95}, processors.JPEG{Quality: 95, Subsampling: processors.Subsampling444}, processors.PNG{}} {
			_, got := decodeFile(t, encoded(t, e, img))
			assert.IsType(t, &image.Gray{}, got, "%T", e)
			assert.Less(t, distance(t, gray, got), 3.0, "%T", e)
		}
	}
}

func TestPNGKeepsAlphaAndUsesAPaletteWhereItCan(t *testing.T) {
	img := imagetest.Gradient(40, 30)
	img.SetNRGBA(3, 3, color.NRGBA{200, 100, 50, 77})
	_, got := decodeFile(t, encoded(t, processors.PNG{}, img))
	assert.Zero(t, distance(t, img, got))

	few := uniform(image.Pt(40, 30), color.NRGBA{1, 2, 3, 255})
	few.SetNRGBA(3, 3, color.NRGBA{200, 100, 50, 77})
	few.SetNRGBA(4, 3, color.NRGBA{})
	_, got = decodeFile(t, encoded(t, processors.PNG{}, few))
	assert.IsType(t, &image.Paletted{}, got)
	assert.Zero(t, distance(t, few, got))
}

func TestGIFIsExactUpTo256ColorsAndCloseBeyond(t *testing.T) {
	few := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for i := range 1600 {
		few.SetNRGBA(i%40, i/40, color.NRGBA{uint8(i % 255), uint8(i % 255 * 3), 9, 255})
	}
	few.SetNRGBA(0, 0, color.NRGBA{})
	_, got := decodeFile(t, encoded(t, processors.GIF{}, few))
	assert.Zero(t, distance(t, few, got))

	many := imagetest.Gradient(160, 120)
	_, got = decodeFile(t, encoded(t, processors.GIF{}, many))
	assert.Less(t, distance(t, many, got), 12.0)
	// From a greater distance, the dithered picture looks even more similar.
	assert.Less(t, distance(t, wholeOf(many, image.Pt(20, 15)), wholeOf(got, image.Pt(20, 15))), 3.0)

	fill(many.SubImage(image.Rect(0, 0, 80, 120)).(*image.NRGBA), color.NRGBA{200, 0, 0, 127})
	fill(many.SubImage(image.Rect(80, 0, 82, 120)).(*image.NRGBA), color.NRGBA{200, 0, 0, 128})
	_, got = decodeFile(t, encoded(t, processors.GIF{}, many))
	assert.Equal(t, color.NRGBA{}, color.NRGBAModel.Convert(got.At(79, 50)))
	assert.Equal(t, uint8(255), color.NRGBAModel.Convert(got.At(81, 50)).(color.NRGBA).A)
}

func TestAPictureWithoutPixelsIsAnError(t *testing.T) {
	encoders := map[string]processors.OriginalEncoder{"png": processors.PNG{}, "palette": processors.PNG{Palette: processors.PaletteAlways}, "webp": processors.WebP{}, "gif": processors.GIF{}, "jpeg": processors.JPEG{}}
	for name, e := range encoders {
		for _, original := range []processors.Original{{}, {Scaled: true, Palette: true, Bytes: 10, Exceeded: 2}} {
			for _, size := range []image.Point{{}, {0, 5}, {5, 0}} {
				var b bytes.Buffer
				assert.ErrorContains(t, e.EncodeOriginal(t.Context(), &b, image.NewNRGBA(image.Rectangle{Max: size}), original), "a side of the picture is 0", "%s, %v", name, size)
				assert.Zero(t, b.Len())
			}
		}
	}
}
