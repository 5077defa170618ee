package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// files returns the same upright picture as a file of each format. If a format has an orientation, the file has the
// given one.
func files(t testing.TB, orientation int) map[string][]byte {
	stored := store(imagetest.Gradient(40, 30), orientation)
	plain := encodeJPEG(t, stored)
	scan := bytes.Index(plain, []byte{0xff, markerSOS})
	return map[string][]byte{
		"jpeg":             pieces.IntoJPEG(plain, pieces.APP1(pieces.EXIF(orientation))),
		"jpeg, EXIF late":  slices.Concat(plain[:scan], pieces.APP1(pieces.EXIF(orientation)), plain[scan:]),
		"png":              pngWithEXIF(encodePNG(t, stored), orientation, false),
		"png, EXIF behind": pngWithEXIF(encodePNG(t, stored), orientation, true),
		"tiff":             tiffWithOrientation(t, encodeTIFF(t, stored), orientation),
	}
}

func TestPicturesAreTurnedUprightForEveryOrientation(t *testing.T) {
	want := imagetest.Gradient(40, 30)
	for orientation := 1; orientation <= 8; orientation++ {
		for name, file := range files(t, orientation) {
			h, img := decodeFile(t, file)
			assert.Equal(t, orientation, h.Orientation, name)
			assert.Equal(t, image.Pt(40, 30), h.Size, name)
			assert.Less(t, distance(t, want, img), 4.0, "%s, orientation %d", name, orientation)
		}
	}
}

func TestTheFirstOfSeveralOrientationsOfAJPEGIsUsed(t *testing.T) {
	for _, first := range []int{1, 3} {
		h, err := DecodeHeader(bytes.NewReader(pieces.IntoJPEG(encodeJPEG(t, imagetest.Gradient(40, 30)), pieces.APP1(pieces.EXIF(first)), pieces.APP1(pieces.EXIF(6)))))
		require.NoError(t, err)
		assert.Equal(t, first, h.Orientation)
	}
}

func TestAJPEGOfTwoComponentsIsErrFormat(t *testing.T) {
	file := []byte("\xff\xd8\xff\xc0\x00\x0e\x08\x00\x10\x00\x10\x02\x01\x11\x00\x02\x11\x00\xff\xda\x00\x0a\x02\x01\x00\x02\x00\x00\x3f\x00\xff\xd9")
	h, err := DecodeHeader(bytes.NewReader(file))
	if err == nil {
		h.DecodeBytes(image.Point{})
		_, err = Decode(t.Context(), file, h, image.Point{})
	}
	require.ErrorIs(t, err, processors.ErrFormat)
}

func TestTheFormatIsRecognizedByContent(t *testing.T) {
	img := imagetest.Gradient(9, 7)
	for want, file := range map[string][]byte{
		"jpeg": encodeJPEG(t, img), "png": encodePNG(t, img), "bmp": encodeBMP(t, img), "tiff": encodeTIFF(t, img),
		"gif": encodeGIF(t, &gif.GIF{Image: []*image.Paletted{exactPalette(img)}, Delay: []int{0}}),
	} {
		h, got := decodeFile(t, file)
		assert.Equal(t, want, h.Format)
		assert.Less(t, distance(t, img, got), 20.0, want)
		assert.Positive(t, h.DecodeBytes(image.Point{}))
	}
}

func TestAFileThatIsNotAnImageIsErrFormat(t *testing.T) {
	for _, data := range []string{"", "x", "GIF", "<html><body>GIF89a", "RIFF\x00\x00\x00\x00WAVEfmt ", "BM but text", "\x89PNG\r\n"} {
		_, err := DecodeHeader(bytes.NewReader([]byte(data)))
		assert.ErrorIs(t, err, processors.ErrFormat, "%q", data)
	}
}

func TestAnErrorOfTheReaderIsNotAttributedToTheImage(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, file := range files(t, 6) {
		for _, n := range []int{0, 5, 20} {
			_, err := DecodeHeader(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
			require.ErrorIs(t, err, broken, "%s after %d bytes", name, n)
			assert.NotErrorIs(t, err, processors.ErrCorrupt)
			assert.NotErrorIs(t, err, processors.ErrFormat)
		}
	}
}

func TestTruncatedFilesAreErrCorrupt(t *testing.T) {
	img := imagetest.Gradient(60, 40)
	for name, file := range map[string][]byte{
		"jpeg": encodeJPEG(t, img), "png": encodePNG(t, img), "bmp": encodeBMP(t, img), "tiff": encodeTIFF(t, img),
	} {
		h, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		for _, n := range []int{len(file) / 10, len(file) / 2, len(file) * 8 / 10} {
			_, err := Decode(t.Context(), file[:n], h, image.Point{})
			assert.ErrorIs(t, err, processors.ErrCorrupt, "%s cut to %d of %d bytes", name, n, len(file))
		}
	}
}

func TestDecodeRefusesAPictureThatIsNotWhatItsHeaderSays(t *testing.T) {
	small, err := DecodeHeader(bytes.NewReader(encodePNG(t, imagetest.Gradient(4, 4))))
	require.NoError(t, err)
	_, err = Decode(t.Context(), encodePNG(t, imagetest.Gradient(5, 4)), small, image.Point{})
	assert.ErrorIs(t, err, processors.ErrCorrupt)
	_, err = Decode(t.Context(), encodeJPEG(t, imagetest.Gradient(4, 4)), small, image.Point{})
	assert.ErrorIs(t, err, processors.ErrCorrupt)
}

func TestDecodeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, file := range files(t, 1) {
		h, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		_, err = Decode(ctx, file, h, image.Point{})
		assert.ErrorIs(t, err, context.Canceled, name)
		assert.NotErrorIs(t, err, processors.ErrCorrupt, name)
	}
}

func TestTheFirstFrameOfAnAnimationIsComposedOnItsCanvas(t *testing.T) {
	red := color.NRGBA{200, 0, 0, 255}
	frame := image.NewPaletted(image.Rect(3, 2, 6, 5), color.Palette{red})
	g := &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{Width: 10, Height: 8, ColorModel: frame.Palette}}
	h, img := decodeFile(t, encodeGIF(t, g))
	assert.Equal(t, image.Pt(10, 8), h.Size)
	_, _, _, a := img.At(0, 0).RGBA()
	assert.Zero(t, a, "the rest of the canvas is transparent")
	assert.Equal(t, red, color.NRGBAModel.Convert(img.At(4, 3)))
}

func TestFormatsRegisteredWithPackageImageAreDecoded(t *testing.T) {
	const magic = "processors test format"
	config := image.Config{ColorModel: color.RGBAModel, Width: 3, Height: 2}
	image.RegisterFormat("mine", magic, func(io.Reader) (image.Image, error) {
		large := imagetest.Gradient(9, 9)
		return large.SubImage(image.Rect(1, 2, 4, 4)), nil
	}, func(io.Reader) (image.Config, error) { return config, nil })
	h, img := decodeFile(t, []byte(magic))
	assert.Equal(t, "mine", h.Format)
	assert.Zero(t, distance(t, imagetest.Gradient(9, 9).SubImage(image.Rect(1, 2, 4, 4)), img))

	image.RegisterFormat("bad", "processors bad format", func(io.Reader) (image.Image, error) { panic("index out of range") },
		func(io.Reader) (image.Config, error) { return config, nil })
	file := []byte("processors bad format")
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	_, err = Decode(t.Context(), file, h, image.Point{})
	assert.ErrorIs(t, err, processors.ErrCorrupt, "a decoder's panic is the file's fault")
}

func TestDecodeTakesNoMoreMemoryThanAnnounced(t *testing.T) {
	imagetest.Long(t)
	opaque := imagetest.Gradient(400, 300)
	clear := imagetest.Gradient(400, 300)
	clear.SetNRGBA(1, 1, color.NRGBA{})
	deep := image.NewNRGBA64(opaque.Rect)
	draw.Draw(deep, deep.Rect, clear, image.Point{}, draw.Src)
	frame := image.NewPaletted(image.Rect(0, 0, 400, 299), color.Palette{color.Black, color.White})
	animation := &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{Width: 400, Height: 300, ColorModel: frame.Palette}}
	gray := image.NewGray(opaque.Rect)
	for name, file := range map[string][]byte{
		"jpeg": encodeJPEG(t, opaque), "jpeg, turned": pieces.IntoJPEG(encodeJPEG(t, opaque), pieces.APP1(pieces.EXIF(6))), "gray jpeg": encodeJPEG(t, gray),
		"progressive jpeg": encoded(t, processors.JPEG{Progressive: true, Subsampling: processors.Subsampling444}, opaque),
		"png":              encodePNG(t, opaque), "png with alpha": encodePNG(t, clear), "deep png": encodePNG(t, deep), "gray png": encodePNG(t, gray),
		"png, turned": pngWithEXIF(encodePNG(t, clear), 5, false),
		"gif":         encodeGIF(t, animation), "bmp": encodeBMP(t, opaque), "tiff": encodeTIFF(t, opaque), "deep tiff": encodeTIFF(t, deep),
		"webp": encodeWebP(t, opaque, false), "webp with alpha": encodeWebP(t, clear, false), "lossless webp": encodeWebP(t, clear, true),
	} {
		h, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		took := allocated(func() { _, err = Decode(t.Context(), file, h, image.Point{}) })
		require.NoError(t, err)
		announced := uint64(h.DecodeBytes(image.Point{}))
		assert.LessOrEqual(t, took, announced, name)
		assert.Less(t, announced, 6*took+1<<20, "%s: far too much", name)
	}
}
