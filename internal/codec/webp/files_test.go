package webp

import (
	"bytes"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// encodeFile returns an encoded file.
func encodeFile(t testing.TB, img image.Image, lossless bool) []byte {
	var b bytes.Buffer
	o := EncodeOptions{Quality: 90, Exact: true, Compression: Lossy}
	if lossless {
		o.Compression = Lossless
	}
	require.NoError(t, Encode(t.Context(), &b, img, o))
	return b.Bytes()
}

// header returns the header of a file.
func header(t testing.TB, file []byte) *codec.Header {
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	require.NoError(t, err)
	h.Format = Format
	return &h
}

// decodeWhole decodes a file strictly and at full size.
func decodeWhole(t testing.TB, file []byte) image.Image {
	pic, err := tryDecode(t, file, codec.Options{})
	require.NoError(t, err)
	require.False(t, pic.Partial)
	return pic.Image
}

func tryDecode(t testing.TB, file []byte, o codec.Options) (*codec.Picture, error) {
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	if err != nil {
		return nil, err
	}
	return Format.Decode(t.Context(), file, &h, o)
}

// straight returns the pixels of an image as an *image.NRGBA.
func straight(t testing.TB, img image.Image) *image.NRGBA {
	switch img := img.(type) {
	case *image.NRGBA:
		return img
	case *image.RGBA:
		require.True(t, img.Opaque())
		return &image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}
	}
	t.Fatalf("a %T", img)
	return nil
}

// translucent returns a picture with many values of alpha.
func translucent(w, h int, seed uint64) *image.NRGBA {
	img := imagetest.Photo(w, h, seed)
	for i := 3; i < len(img.Pix); i += 4 {
		switch p := i / 4; {
		case p/5%4 == 0:
			img.Pix[i] = 0
		case p/7%3 == 0:
			img.Pix[i] = byte(p * 5)
		}
	}
	return img
}
