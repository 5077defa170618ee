package engine

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"image"
	"image/color"
	"image/gif"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// wordy is an encoder whose files are longer than the original. It allows the original's file to be used instead.
type wordy struct{ Encoder }

const padding = 100_000

func (w wordy) Encode(out io.Writer, img image.Image) error {
	if err := w.Encoder.Encode(out, img); err != nil {
		return err
	}
	_, err := out.Write(make([]byte, padding))
	return err
}

func (w wordy) Animates() bool       { return animates(w.Encoder) }
func (wordy) Keeps(any, string) bool { return true }

// ownSize makes a thumbnail in the size of the original.
func ownSize(t *testing.T, file []byte, tolerant bool) ([]byte, error) {
	e, err := New(nil, tolerant)
	require.NoError(t, err)
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	require.NoError(t, err)
	encoder := map[string]Encoder{"jpeg": processors.JPEG{}, "png": processors.PNG{}, "gif": processors.GIF{}, "webp": processors.WebP{}}[h.Format.Name]
	plan, err := e.Plan(h, Request{Processor: processors.Scale{}, Encoder: wordy{encoder}, Width: h.Size().X})
	require.NoError(t, err)
	var out bytes.Buffer
	err = e.Make(t.Context(), file, plan, &out, nil)
	return out.Bytes(), err
}

// Package image and other strict decoders refuse a PNG whose zlib stream continues after the last row.
func TestAnOriginalWithSurplusPixelsIsEncodedAnew(t *testing.T) {
	rows := slices.Repeat([]byte{0, 50, 100, 150, 200}, 3)
	stream := func(data []byte) []byte {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(data)
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	for name, data := range map[string][]byte{
		"nothing":                nil,
		"a byte in the stream":   stream(append(slices.Clone(rows), 0)),
		"rows in the stream":     stream(bytes.Repeat(rows, 20_000)),
		"a byte behind it":       append(stream(rows), 0),
		"many bytes behind it":   append(stream(rows), make([]byte, 100_000)...),
		"too many of everything": append(stream(bytes.Repeat(rows, 2)), 1, 2, 3),
	} {
		if data == nil {
			data = stream(rows)
		}
		file := pieces.PNGFile(pieces.IHDR(4, 3, 8, 0, 0), pieces.PNG("IDAT", data), pieces.PNG("IEND"))
		thumb, err := ownSize(t, file, false)
		require.NoError(t, err, name)
		assert.Equal(t, name == "nothing", len(thumb) < padding, name)
		_, img := decodeFile(t, thumb)
		assert.Equal(t, color.Gray{100}, color.GrayModel.Convert(img.At(1, 2)), name)
	}
}

// dotsGIF returns a GIF of 2x2 frames with a color table, whose data have the given indices.
func dotsGIF(frames ...[]byte) []byte {
	file := []byte("GIF89a\x02\x00\x02\x00\x80\x00\x00\x20\x40\x60\xf0\xe0\xd0")
	for _, indices := range frames {
		var b bytes.Buffer
		w := lzw.NewWriter(&b, lzw.LSB, 2)
		_, _ = w.Write(indices)
		_ = w.Close()
		file = append(append(file, ",\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02"...), byte(b.Len()))
		file = append(append(file, b.Bytes()...), 0)
	}
	return append(file, ';')
}

func TestAGIFThatStrictDecodersRefuseIsEncodedAnew(t *testing.T) {
	sound, surplus := []byte{0, 1, 1, 0}, []byte{0, 1, 1, 0, 1}
	bare := dotsGIF(sound)
	bare = append(append(bare[:10:10], 0, 0, 0), bare[19:]...)
	for name, file := range map[string][]byte{"sound": dotsGIF(sound), "surplus pixels": dotsGIF(surplus), "no color table": bare,
		"sound frames": dotsGIF(sound, []byte{1, 1, 1, 1}), "a surplus pixel in the second": dotsGIF(sound, []byte{1, 1, 1, 1, 0})} {
		thumb, err := ownSize(t, file, false)
		require.NoError(t, err, name)
		assert.Equal(t, strings.HasPrefix(name, "sound"), len(thumb) < padding, name)
		_, err = gif.DecodeAll(bytes.NewReader(thumb))
		assert.NoError(t, err, name)
	}
}

// With Tolerant a damaged original is decoded, but its file is never used as the thumbnail, because viewers
// show damage in different ways.
func TestADamagedOriginalIsEncodedAnew(t *testing.T) {
	for format, file := range map[string][]byte{
		"jpeg": encodeJPEG(t, imagetest.Gradient(80, 60)), "png": encodePNG(t, imagetest.Gradient(40, 30)), "gif": moving(t, 5, image.Pt(40, 20)),
		"still gif": moving(t, 1, image.Pt(40, 20)), "webp": encodeWebP(t, imagetest.Gradient(80, 60), false),
	} {
		kept, err := ownSize(t, file, true)
		require.NoError(t, err, format)
		require.Less(t, len(kept), padding, "%s: a sound one is handed on", format)
		for _, part := range []float64{0.7, 0.8, 0.9} {
			cut := file[:int(part*float64(len(file)))]
			_, err := ownSize(t, cut, false)
			assert.ErrorIs(t, err, codec.ErrCorrupt, format)
			shown, err := ownSize(t, cut, true)
			if err == nil {
				assert.Greater(t, len(shown), padding, "%s of %v", format, part)
			} else {
				assert.ErrorIs(t, err, codec.ErrCorrupt, "%s of %v", format, part)
			}
		}
	}
}

// The structure of this file is complete; only its third frame can't be decoded.
func TestAnAnimationWithADamagedFrameIsEncodedAnew(t *testing.T) {
	file := moving(t, 5, image.Pt(40, 20))
	at := 0
	for range 3 {
		at += bytes.Index(file[at:], []byte{0x2c, 0, 0, 0, 0, 40, 0, 20, 0}) + 1
	}
	const palette = 2 * 3
	pixels := file[at+9+palette:] // after the descriptor: the code size, and a block
	require.Equal(t, byte(2), pixels[0])
	copy(pixels[6:20], bytes.Repeat([]byte{0xff}, 14))
	require.NotNil(t, stripped(file))
	_, err := ownSize(t, file, false)
	assert.ErrorIs(t, err, codec.ErrCorrupt)
	shown, err := ownSize(t, file, true)
	require.NoError(t, err)
	assert.Greater(t, len(shown), padding)
}
