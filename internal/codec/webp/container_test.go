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
)

func TestTheOrientationMayFollowThePixels(t *testing.T) {
	size := image.Pt(40, 30)
	pixels := chunksOf(encodeFile(t, photo(40, 30, 1), true))
	for orientation := 1; orientation <= 8; orientation++ {
		exif := newChunk("EXIF", exifBlock(orientation))
		for _, file := range [][]byte{
			newFile(extended(flagEXIF, size), pixels, exif),
			newFile(extended(flagEXIF, size), exif, pixels),
			newFile(extended(flagEXIF, size), pixels, newChunk("XYZ ", make([]byte, 9999)), exif),
		} {
			h := header(t, file)
			assert.Equal(t, orientation, h.Orientation)
			assert.Equal(t, size, h.Stored)
		}
	}
	file := newFile(extended(flagEXIF, size), pixels, newChunk("EXIF", exifBlock(6)))
	h, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(file), false))
	require.NoError(t, err)
	assert.Equal(t, 1, h.Orientation, "what follows the pixels is not read unless it is asked for")
}

// onlyReader hides that a reader can seek.
type onlyReader struct{ io.Reader }

func TestAHeaderIsTheSameHoweverTheFileArrives(t *testing.T) {
	pixels := chunksOf(encodeFile(t, photo(40, 30, 1), false))
	size := image.Pt(40, 30)
	for _, file := range [][]byte{
		encodeFile(t, photo(50, 20, 2), false), encodeFile(t, photo(50, 20, 2), true),
		newFile(extended(flagEXIF, size), pixels, newChunk("EXIF", exifBlock(5))),
		newFile(extended(flagAnimated, size), anim(0), anmf(image.Rectangle{Max: size}, 9, 0, pixels), anmf(image.Rectangle{Max: size}, 9, 0, pixels)),
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

func TestCompletePixelsAreAPictureWhateverIsAroundThem(t *testing.T) {
	size := image.Pt(41, 31)
	for _, lossless := range []bool{false, true} {
		plain := encodeFile(t, photo(41, 31, 1), lossless)
		want := decodeWhole(t, plain)
		pixels := chunksOf(plain)
		odd := bytes.Clone(newChunk("XYZ ", []byte{1, 2, 3}))
		for name, file := range map[string][]byte{
			"trailing data":                 append(bytes.Clone(plain), "<html>some text"...),
			"an unknown chunk":              newFile(extended(0, size), newChunk("ABCD", make([]byte, 77)), pixels),
			"a chunk without its padding":   newFile(extended(0, size), odd[:len(odd)-1], pixels),
			"padding that is not zero":      newFile(extended(0, size), append(bytes.Clone(odd[:len(odd)-1]), 'V'), pixels),
			"flags of what is not there":    newFile(extended(0xff&^flagAnimated, size), pixels),
			"a RIFF of size 0":              append([]byte("RIFF\x00\x00\x00\x00"), plain[8:]...),
			"a RIFF of an impossible size":  append([]byte("RIFF\xff\xff\xff\xff"), plain[8:]...),
			"no padding at the end":         plain[:len(plain)-int(plain[16]&1)],
			"a cut chunk behind the pixels": append(newFile(extended(flagEXIF, size), pixels), "EXIF\xff\x00\x00\x00II"...),
			"a pixel chunk of a size beyond the file": func() []byte {
				f := bytes.Clone(plain)
				f[19] = 0x7f
				return f
			}(),
			"two pictures, of which the first counts": newFile(extended(0, size), pixels, chunksOf(encodeFile(t, photo(41, 31, 2), lossless))),
			"an animation's flag without frames":      newFile(extended(flagAnimated, size), pixels),
		} {
			got := decodeWhole(t, file)
			assert.Equal(t, straight(t, want).Pix, straight(t, got).Pix, "%s, lossless: %v", name, lossless)
		}
	}
}

func TestAPictureOfAnotherSizeThanItsCanvasIsAnError(t *testing.T) {
	for _, lossless := range []bool{false, true} {
		pixels := chunksOf(encodeFile(t, photo(41, 31, 1), lossless))
		_, err := tryDecode(t, newFile(extended(0, image.Pt(41, 32)), pixels), codec.Options{})
		assert.Error(t, err)
	}
}

func TestAlphaCountsWithItsFlagOnly(t *testing.T) {
	size := image.Pt(30, 20)
	for _, lossless := range []bool{false, true} {
		pixels := chunksOf(encodeFile(t, translucent(30, 20, 1), lossless))
		assert.False(t, straight(t, decodeWhole(t, newFile(extended(flagAlpha, size), pixels))).Opaque())
		assert.True(t, straight(t, decodeWhole(t, newFile(extended(0, size), pixels))).Opaque())
	}
}

func TestTheProfileIsTheContentOfItsChunk(t *testing.T) {
	pixels := chunksOf(encodeFile(t, photo(30, 20, 1), true))
	profile := []byte("this is a profile")
	for name, file := range map[string][]byte{
		"before": newFile(extended(flagProfile, image.Pt(30, 20)), newChunk("ICCP", profile), pixels),
		"behind": newFile(extended(flagProfile, image.Pt(30, 20)), pixels, newChunk("ICCP", profile)),
	} {
		c, err := Format.Color(t.Context(), file, header(t, file))
		require.NoError(t, err)
		assert.Equal(t, codec.Color{Profile: profile}, c, name)
	}
	for name, file := range map[string][]byte{
		"none": newFile(extended(0, image.Pt(30, 20)), pixels),
		"cut":  newFile(extended(flagProfile, image.Pt(30, 20)), pixels, newChunk("ICCP", profile)[:15]),
	} {
		c, err := Format.Color(t.Context(), file, header(t, file))
		require.NoError(t, err)
		assert.Zero(t, c, name)
	}
}

func TestStrippingKeepsThePixelsAndNothingElse(t *testing.T) {
	size := image.Pt(30, 20)
	meta := newChunk("EXIF", append(exifBlock(1), make([]byte, 1000)...))
	for _, lossless := range []bool{false, true} {
		for _, alpha := range []bool{false, true} {
			img, flags := photo(30, 20, 1), byte(0)
			if alpha {
				img, flags = translucent(30, 20, 1), flagAlpha
			}
			plain := encodeFile(t, img, lossless)
			file := newFile(extended(flags|flagEXIF, size), meta, chunksOf(plain), meta)
			got := Format.Strip(file, header(t, file))
			require.NotNil(t, got)
			assert.LessOrEqual(t, len(got), len(plain))
			assert.NotContains(t, string(got), "EXIF")
			assert.Equal(t, straight(t, decodeWhole(t, file)).Pix, straight(t, decodeWhole(t, got)).Pix)
			if alpha {
				without := newFile(extended(0, size), chunksOf(plain))
				if got := Format.Strip(without, header(t, without)); got != nil {
					assert.Equal(t, straight(t, decodeWhole(t, without)).Pix, straight(t, decodeWhole(t, got)).Pix)
				}
			}
			assert.Nil(t, Format.Strip(file[:len(file)-len(meta)-2], header(t, file)), "cut off")
		}
	}
	still := chunksOf(encodeFile(t, photo(30, 20, 1), true))
	frame := anmf(image.Rectangle{Max: size}, 10, 0, still)
	moving := newFile(extended(flagAnimated, size), anim(0), frame, frame)
	assert.Nil(t, Format.Strip(moving, header(t, moving)))
}

func TestFramesAreCountedAsFarAsTheyAreThere(t *testing.T) {
	size := image.Pt(30, 20)
	still := chunksOf(encodeFile(t, photo(30, 20, 1), true))
	frame := anmf(image.Rectangle{Max: size}, 70, 0, still)
	file := newFile(extended(flagAnimated, size), anim(3), frame, newChunk("XYZ ", []byte{1}), frame, frame)
	h := header(t, file)
	assert.Equal(t, 3, h.FrameCount)
	assert.Equal(t, int64(3*30*20), h.FramePixels)
	assert.Equal(t, 70*time.Millisecond, h.Detail.(*container).first.delay)
	assert.Equal(t, 2, header(t, file[:len(file)-9]).FrameCount)
	h2, err := Format.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(file), false))
	require.NoError(t, err)
	assert.Zero(t, h2.FrameCount)
}
