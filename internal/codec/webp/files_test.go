package webp

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// encodeFile returns a whole file.
func encodeFile(t testing.TB, img image.Image, lossless bool) []byte {
	var b bytes.Buffer
	o := EncodeOptions{Quality: 90, Exact: true, Compression: Lossy}
	if lossless {
		o.Compression = Lossless
	}
	require.NoError(t, Encode(t.Context(), &b, img, o))
	return b.Bytes()
}

// chunksOf returns what follows the head and, where there is one, the VP8X of a file.
func chunksOf(file []byte) []byte {
	if string(file[12:16]) == "VP8X" {
		return file[30:]
	}
	return file[12:]
}

func newChunk(id string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(data)))
	b = append(b, data...)
	return append(b, make([]byte, len(data)%2)...)
}

// newFile joins chunks to a file.
func newFile(chunks ...[]byte) []byte {
	body := []byte("WEBP")
	for _, c := range chunks {
		body = append(body, c...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// extended is a VP8X.
func extended(flags byte, canvas image.Point) []byte {
	x, y := canvas.X-1, canvas.Y-1
	return newChunk("VP8X", []byte{flags, 0, 0, 0, byte(x), byte(x >> 8), byte(x >> 16), byte(y), byte(y >> 8), byte(y >> 16)})
}

// exifBlock is a directory with an orientation.
func exifBlock(orientation int) []byte {
	return []byte{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, byte(orientation), 0, 0, 0, 0, 0, 0, 0}
}

// anim and anmf are chunks of an animation.
func anim(loops int) []byte {
	return newChunk("ANIM", []byte{10, 20, 30, 255, byte(loops), byte(loops >> 8)})
}

const (
	disposed  = 1
	unblended = 2
)

func anmf(r image.Rectangle, milliseconds int, flags byte, chunks []byte) []byte {
	x, y, w, h := r.Min.X/2, r.Min.Y/2, r.Dx()-1, r.Dy()-1
	head := []byte{
		byte(x), byte(x >> 8), 0, byte(y), byte(y >> 8), 0, byte(w), byte(w >> 8), 0, byte(h), byte(h >> 8), 0,
		byte(milliseconds), byte(milliseconds >> 8), byte(milliseconds >> 16), flags,
	}
	return newChunk("ANMF", append(head, chunks...))
}

// header reads the header of a whole file.
func header(t testing.TB, file []byte) *codec.Header {
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	require.NoError(t, err)
	h.Format = Format
	return &h
}

// decodeWhole decodes a file, strictly and in full.
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

// straight returns the pixels of an image as those of image.NRGBA.
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

// translucent is a picture with all kinds of alpha.
func translucent(w, h int, seed uint64) *image.NRGBA {
	img := photo(w, h, seed)
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
