package engine

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// gradient is smooth, opaque, and different in each corner, so that no orientation of it looks like
// another.
func gradient(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(60 + 100*x*y/(w*h)), 255})
		}
	}
	return img
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

func encodeGIF(t testing.TB, g *gif.GIF) []byte {
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}

func encodeBMP(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, bmp.Encode(&b, img))
	return b.Bytes()
}

func encodeTIFF(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, tiff.Encode(&b, img, nil))
	return b.Bytes()
}

// exifBlock is a TIFF header with a directory that holds an orientation and nothing else.
func exifBlock(orientation int) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	b[19] = byte(orientation)
	return b
}

// jpegWithEXIF puts an orientation into a JPEG.
func jpegWithEXIF(file []byte, orientation int) []byte {
	block := append([]byte("Exif\x00\x00"), exifBlock(orientation)...)
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(block)+2))
	out = append(out, block...)
	return append(out, file[2:]...)
}

// pngWithEXIF puts an orientation into a PNG, before its pixels or behind them.
func pngWithEXIF(file []byte, orientation int, behind bool) []byte {
	chunk := append([]byte("eXIf"), exifBlock(orientation)...)
	full := binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4))
	full = append(full, chunk...)
	full = binary.BigEndian.AppendUint32(full, crc32.ChecksumIEEE(chunk))
	at := 8 + 25 // behind IHDR
	if behind {
		at = len(file) - 12 // before IEND
	}
	return append(append(append([]byte{}, file[:at]...), full...), file[at:]...)
}

// tiffWithOrientation puts an orientation into a TIFF's directory, where its tag belongs, for the
// resolution.
func tiffWithOrientation(t testing.TB, file []byte, orientation int) []byte {
	out := bytes.Clone(file)
	order := binary.LittleEndian
	directory := out[order.Uint32(out[4:]):]
	entry := func(i int) []byte { return directory[2+12*i:][:12] }
	last := int(order.Uint16(directory)) - 1
	for order.Uint16(entry(last)) != 0x011a { // XResolution
		last--
		require.Positive(t, last)
	}
	for ; order.Uint16(entry(last-1)) > 0x0112; last-- {
		copy(entry(last), entry(last-1))
	}
	copy(entry(last), []byte{0x12, 0x01, 3, 0, 1, 0, 0, 0, byte(orientation), 0, 0, 0})
	return out
}

// distance is the root of the mean squared difference of two pictures' samples, in levels of 8 bits.
func distance(t testing.TB, a, b image.Image) float64 {
	require.Equal(t, a.Bounds().Size(), b.Bounds().Size())
	p, q := nrgbaOf(a), nrgbaOf(b)
	sum, n := 0.0, 0
	eachPixel(p, func(x, y int, c []byte) {
		for i, v := range c {
			d := float64(v) - float64(q.Pix[y*q.Stride+4*x+i])
			sum += d * d
			n++
		}
	})
	return math.Sqrt(sum / float64(n))
}

func decodeFile(t testing.TB, file []byte) (Header, image.Image) {
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	pic, err := Decode(t.Context(), file, h, image.Point{})
	require.NoError(t, err)
	img := pic.Image()
	require.Equal(t, image.Rectangle{Max: h.Size}, img.Bounds())
	return h, img
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
