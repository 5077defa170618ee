package engine

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color/palette"
	"image/gif"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"testing/iotest"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAHeaderIsTheSameFromEveryReader(t *testing.T) {
	for name, file := range files(t, 6) {
		want, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err, name)
		for _, r := range []io.Reader{
			iotest.OneByteReader(bytes.NewReader(file)),
			iotest.DataErrReader(struct{ io.Reader }{bytes.NewReader(file)}),
			unseekable{bytes.NewReader(file)},
		} {
			got, err := DecodeHeader(r)
			require.NoError(t, err, name)
			assert.Equal(t, want, got, name)
		}
	}
}

// unseekable has a method Seek that always fails, like the File of a pipe.
type unseekable struct{ io.Reader }

func (unseekable) Seek(int64, int) (int64, error) { return 0, os.ErrInvalid }

func TestAHeaderIsReadFromTheCurrentPositionOfTheReader(t *testing.T) {
	file := files(t, 8)["png, EXIF behind"]
	r := bytes.NewReader(append([]byte("something before"), file...))
	_, err := r.Seek(16, io.SeekStart)
	require.NoError(t, err)
	h, err := DecodeHeader(r)
	require.NoError(t, err)
	assert.Equal(t, 8, h.Orientation)
}

func TestAHeaderThatDeclaresManyPixelsTakesNoMemory(t *testing.T) {
	small := encodePNG(t, imagetest.Gradient(4, 4))
	copy(small[16:], "\x00\x00\x75\x30\x00\x00\x75\x30") // 30000×30000, with a wrong CRC
	jpg := encodeJPEG(t, imagetest.Gradient(4, 4))
	at := bytes.Index(jpg, []byte{0xff, 0xc0})
	copy(jpg[at+5:], "\x75\x30\x75\x30")
	for name, file := range map[string][]byte{"png": small, "jpeg": jpg} {
		h, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		assert.Equal(t, image.Pt(30000, 30000), h.Size)
		assert.Greater(t, h.DecodeBytes(image.Point{}), int64(900_000_000), name)
		var decodeErr error
		assert.Less(t, allocated(func() { _, decodeErr = Decode(t.Context(), file, h, image.Point{}) }), uint64(1<<20), name)
		assert.ErrorIs(t, decodeErr, processors.ErrCorrupt, name)
	}
}

// A counting reader counts the bytes that are read from it.
type counting struct {
	io.ReadSeeker
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.n += n
	return n, err
}

func TestAHeaderIsReadWithoutThePixels(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	rand.NewChaCha8([32]byte{}).Read(noise.Pix)
	upright := encodePNG(t, noise)
	still := image.NewPaletted(noise.Rect, palette.Plan9)
	imagetest.Fill(still.Pix, 1)
	directory := binary.LittleEndian.Uint32(encodeTIFF(t, noise)[4:])
	require.Greater(t, directory, uint32(250_000), "it is at the end of the TIFF")
	icon := binary.LittleEndian.AppendUint32([]byte{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0}, uint32(len(upright)))
	for name, file := range map[string][]byte{
		"jpeg": encodeJPEG(t, noise), "bmp": encodeBMP(t, noise), "tiff": encodeTIFF(t, noise),
		"gif": encodeGIF(t, &gif.GIF{Image: []*image.Paletted{still}, Delay: []int{0}}), "ico": append(append(icon, 22, 0, 0, 0), upright...),
		"webp": pieces.WebP(pieces.VP8X(pieces.WebPEXIF, image.Pt(256, 256)), encodeWebP(t, noise, true)[12:], pieces.RIFF("EXIF", pieces.EXIF(1))),
		// Encoders divide the pixels into chunks of 32 KiB, but a single chunk of all pixels is also valid.
		"png": bytes.Join([][]byte{upright[:33], binary.BigEndian.AppendUint32(nil, 500_000), []byte("IDAT"), make([]byte, 500_004), upright[len(upright)-12:]}, nil),
	} {
		require.Greater(t, len(file), 60_000, name)
		r := &counting{ReadSeeker: bytes.NewReader(file)}
		_, err := PeekHeader(r)
		require.NoError(t, err)
		assert.LessOrEqual(t, r.n, 3*4096, name)
		if name == "gif" {
			continue // the frames follow the pixels, whose blocks of 255 bytes have to be skipped
		}
		r = &counting{ReadSeeker: bytes.NewReader(file)}
		_, err = DecodeHeader(r)
		require.NoError(t, err)
		assert.LessOrEqual(t, r.n, 3*4096, name)
	}
}

func TestPeekingStopsAtThePixels(t *testing.T) {
	picture := encodePNG(t, imagetest.Gradient(40, 30))
	for name, file := range map[string][]byte{
		"png":  pngWithEXIF(picture, 6, true),
		"webp": pieces.WebP(pieces.VP8X(pieces.WebPEXIF, image.Pt(40, 30)), encodeWebP(t, imagetest.Gradient(40, 30), true)[12:], make([]byte, 100_000), pieces.RIFF("EXIF", pieces.EXIF(6))),
	} {
		h, err := PeekHeader(bytes.NewReader(file))
		require.NoError(t, err)
		assert.Equal(t, image.Pt(40, 30), h.Size, name)
	}
	h, err := PeekHeader(bytes.NewReader(pieces.IntoJPEG(encodeJPEG(t, imagetest.Gradient(40, 30)), pieces.APP1(pieces.EXIF(6)))))
	require.NoError(t, err)
	assert.Equal(t, image.Pt(30, 40), h.Size, "a processors.JPEG has it before")
}
