package webp

import (
	"bytes"
	"image"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

func TestTheOrientationMayFollowThePixels(t *testing.T) {
	size := image.Pt(40, 30)
	pixels := pieces.Picture(encodeFile(t, imagetest.Photo(40, 30, 1), true))
	for orientation := 1; orientation <= 8; orientation++ {
		exif := pieces.RIFF("EXIF", pieces.EXIF(orientation))
		for _, file := range [][]byte{
			pieces.WebP(pieces.VP8X(flagEXIF, size), pixels, exif),
			pieces.WebP(pieces.VP8X(flagEXIF, size), exif, pixels),
			pieces.WebP(pieces.VP8X(flagEXIF, size), pixels, pieces.RIFF("XYZ ", make([]byte, 9999)), exif),
		} {
			h := header(t, file)
			assert.Equal(t, orientation, h.Orientation)
			assert.Equal(t, size, h.Stored)
		}
	}
	exif := pieces.RIFF("EXIF", pieces.EXIF(6))
	for _, file := range [][]byte{pieces.WebP(pieces.VP8X(0, size), exif, pixels), pieces.WebP(pieces.VP8X(0, size), pixels, exif)} {
		assert.Equal(t, 1, header(t, file).Orientation, "without the flag")
	}
	file := pieces.WebP(pieces.VP8X(flagEXIF, size), pixels, exif)
	h, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(file), false))
	require.NoError(t, err)
	assert.Equal(t, 1, h.Orientation, "what follows the pixels is not read unless it is asked for")
}

// onlyReader is a reader that can't seek.
type onlyReader struct{ io.Reader }

func TestEveryReaderGivesTheSameHeader(t *testing.T) {
	pixels := pieces.Picture(encodeFile(t, imagetest.Photo(40, 30, 1), false))
	size := image.Pt(40, 30)
	for _, file := range [][]byte{
		encodeFile(t, imagetest.Photo(50, 20, 2), false), encodeFile(t, imagetest.Photo(50, 20, 2), true),
		pieces.WebP(pieces.VP8X(flagEXIF, size), pixels, pieces.RIFF("EXIF", pieces.EXIF(5))),
		pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(0), pieces.ANMF(image.Rectangle{Max: size}, 9, 0, pixels), pieces.ANMF(image.Rectangle{Max: size}, 9, 0, pixels)),
	} {
		want := header(t, file)
		want.Format = nil
		for _, r := range []io.Reader{bytes.NewReader(file), onlyReader{bytes.NewReader(file)}} {
			got, err := Format.Header(t.Context(), codec.NewReader(t.Context(), r, true))
			require.NoError(t, err)
			assert.Equal(t, *want, got)
		}
	}
}

func TestCompletePixelsAreAPictureDespiteDamagedChunksAroundThem(t *testing.T) {
	size := image.Pt(41, 31)
	for _, lossless := range []bool{false, true} {
		plain := encodeFile(t, imagetest.Photo(41, 31, 1), lossless)
		want := decodeWhole(t, plain)
		pixels := pieces.Picture(plain)
		odd := bytes.Clone(pieces.RIFF("XYZ ", []byte{1, 2, 3}))
		for name, file := range map[string][]byte{
			"trailing data":                 append(bytes.Clone(plain), "<html>some text"...),
			"an unknown chunk":              pieces.WebP(pieces.VP8X(0, size), pieces.RIFF("ABCD", make([]byte, 77)), pixels),
			"a chunk without its padding":   pieces.WebP(pieces.VP8X(0, size), odd[:len(odd)-1], pixels),
			"padding that is not zero":      pieces.WebP(pieces.VP8X(0, size), append(bytes.Clone(odd[:len(odd)-1]), 'V'), pixels),
			"flags of what is not there":    pieces.WebP(pieces.VP8X(0xff&^flagAnimated, size), pixels),
			"a RIFF of size 0":              append([]byte("RIFF\x00\x00\x00\x00"), plain[8:]...),
			"a RIFF of an impossible size":  append([]byte("RIFF\xff\xff\xff\xff"), plain[8:]...),
			"no padding at the end":         plain[:len(plain)-int(plain[16]&1)],
			"a cut chunk behind the pixels": append(pieces.WebP(pieces.VP8X(flagEXIF, size), pixels), "EXIF\xff\x00\x00\x00II"...),
			"a pixel chunk of a size beyond the file": func() []byte {
				f := bytes.Clone(plain)
				f[19] = 0x7f
				return f
			}(),
			"two pictures, of which the first counts": pieces.WebP(pieces.VP8X(0, size), pixels, pieces.Picture(encodeFile(t, imagetest.Photo(41, 31, 2), lossless))),
			"an animation's flag without frames":      pieces.WebP(pieces.VP8X(flagAnimated, size), pixels),
		} {
			got := decodeWhole(t, file)
			assert.Equal(t, straight(t, want).Pix, straight(t, got).Pix, "%s, lossless: %v", name, lossless)
		}
	}
}

func TestAPictureOfAnotherSizeThanItsCanvasIsAnError(t *testing.T) {
	for _, lossless := range []bool{false, true} {
		pixels := pieces.Picture(encodeFile(t, imagetest.Photo(41, 31, 1), lossless))
		_, err := tryDecode(t, pieces.WebP(pieces.VP8X(0, image.Pt(41, 32)), pixels), codec.Options{})
		assert.Error(t, err)
	}
}

func TestAlphaWithoutTheFlagCountsOnlyInALosslessPicture(t *testing.T) {
	size := image.Pt(30, 20)
	for _, lossless := range []bool{false, true} {
		pixels := pieces.Picture(encodeFile(t, translucent(30, 20, 1), lossless))
		assert.False(t, straight(t, decodeWhole(t, pieces.WebP(pieces.VP8X(flagAlpha, size), pixels))).Opaque())
		assert.Equal(t, !lossless, straight(t, decodeWhole(t, pieces.WebP(pieces.VP8X(0, size), pixels))).Opaque())
	}
}

func TestTheProfileIsTheContentOfItsChunk(t *testing.T) {
	pixels := pieces.Picture(encodeFile(t, imagetest.Photo(30, 20, 1), true))
	profile := []byte("this is a profile")
	for name, file := range map[string][]byte{
		"before": pieces.WebP(pieces.VP8X(flagProfile, image.Pt(30, 20)), pieces.RIFF("ICCP", profile), pixels),
		"behind": pieces.WebP(pieces.VP8X(flagProfile, image.Pt(30, 20)), pixels, pieces.RIFF("ICCP", profile)),
	} {
		c, err := Format.Color(t.Context(), file, header(t, file))
		require.NoError(t, err)
		assert.Equal(t, codec.Color{Profile: profile}, c, name)
	}
	for name, file := range map[string][]byte{
		"none":             pieces.WebP(pieces.VP8X(0, image.Pt(30, 20)), pixels),
		"without its flag": pieces.WebP(pieces.VP8X(0, image.Pt(30, 20)), pieces.RIFF("ICCP", profile), pixels),
		"cut":              pieces.WebP(pieces.VP8X(flagProfile, image.Pt(30, 20)), pixels, pieces.RIFF("ICCP", profile)[:15]),
	} {
		c, err := Format.Color(t.Context(), file, header(t, file))
		require.NoError(t, err)
		assert.Zero(t, c, name)
	}
}

func TestStripKeepsOnlyThePixels(t *testing.T) {
	size := image.Pt(30, 20)
	meta := pieces.RIFF("EXIF", append(pieces.EXIF(1), make([]byte, 1000)...))
	for _, lossless := range []bool{false, true} {
		for _, alpha := range []bool{false, true} {
			img, flags := imagetest.Photo(30, 20, 1), byte(0)
			if alpha {
				img, flags = translucent(30, 20, 1), flagAlpha
			}
			plain := encodeFile(t, img, lossless)
			file := pieces.WebP(pieces.VP8X(flags|flagEXIF, size), meta, pieces.Picture(plain), meta)
			got := Format.Strip(file, header(t, file))
			require.NotNil(t, got)
			assert.LessOrEqual(t, len(got), len(plain))
			assert.NotContains(t, string(got), "EXIF")
			assert.Equal(t, straight(t, decodeWhole(t, file)).Pix, straight(t, decodeWhole(t, got)).Pix)
			if alpha {
				without := pieces.WebP(pieces.VP8X(0, size), pieces.Picture(plain))
				if got := Format.Strip(without, header(t, without)); got != nil {
					assert.Equal(t, straight(t, decodeWhole(t, without)).Pix, straight(t, decodeWhole(t, got)).Pix)
				}
			}
			assert.Nil(t, Format.Strip(file[:len(file)-len(meta)-2], header(t, file)), "cut off")
		}
	}
	still := pieces.Picture(encodeFile(t, imagetest.Photo(30, 20, 1), true))
	frame := pieces.ANMF(image.Rectangle{Max: size}, 10, 0, still)
	moving := pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(0), frame, frame)
	assert.Nil(t, Format.Strip(moving, header(t, moving)))
}

func TestFramesOfATruncatedFileAreCounted(t *testing.T) {
	size := image.Pt(30, 20)
	still := pieces.Picture(encodeFile(t, imagetest.Photo(30, 20, 1), true))
	frame := pieces.ANMF(image.Rectangle{Max: size}, 70, 0, still)
	file := pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(3), frame, pieces.RIFF("XYZ ", []byte{1}), frame, frame)
	h := header(t, file)
	assert.Equal(t, 3, h.FrameCount)
	assert.Equal(t, int64(3*30*20), h.FramePixels)
	assert.Equal(t, 70*time.Millisecond, h.Detail.(*container).first.delay)
	assert.Equal(t, 3, header(t, file[:len(file)-9]).FrameCount, "with the one in which the file ends")
	h2, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(file), false))
	require.NoError(t, err)
	assert.Zero(t, h2.FrameCount)
}
